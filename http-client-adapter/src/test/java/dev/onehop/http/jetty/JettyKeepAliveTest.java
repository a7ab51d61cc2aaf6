package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** Jetty keeps the contract of clients that keep connections open. */
class JettyKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(onehop, setup);
    }
}
