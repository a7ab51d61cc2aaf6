package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;

/** OkHttp keeps the contract of all clients over HTTP/1.1. */
class OkHttpContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return OkHttpUnderTest.open(onehop, setup);
    }
}
