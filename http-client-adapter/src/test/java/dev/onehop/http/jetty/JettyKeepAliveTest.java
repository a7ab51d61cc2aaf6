package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** Jetty keeps the contract of clients that keep connections open. */
class JettyKeepAliveTest extends KeepAliveContract {

    /** As many as the contract has callers at once: of requests at once Jetty's pool makes one connection too many at times. */
    private static final int CALLERS = 36;

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(
                onehop,
                new Setup(setup.trust(), setup.http2(), setup.connectTimeout(), setup.responseTimeout(), CALLERS));
    }
}
