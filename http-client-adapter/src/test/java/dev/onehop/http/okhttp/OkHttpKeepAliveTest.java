package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** OkHttp keeps the contract of clients that keep connections open. */
class OkHttpKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return OkHttpUnderTest.open(onehop, setup);
    }
}
