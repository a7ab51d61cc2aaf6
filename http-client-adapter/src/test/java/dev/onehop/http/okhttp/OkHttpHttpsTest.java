package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpsContract;

/** OkHttp keeps the contract of all clients over TLS. */
class OkHttpHttpsTest extends HttpsContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return OkHttpUnderTest.open(onehop, setup);
    }
}
