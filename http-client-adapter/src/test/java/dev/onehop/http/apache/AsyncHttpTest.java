package dev.onehop.http.apache;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;

class AsyncHttpTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return AsyncClient.over(onehop, setup);
    }
}
