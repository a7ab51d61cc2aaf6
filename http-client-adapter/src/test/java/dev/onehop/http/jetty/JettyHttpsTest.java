package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpsContract;

/** Jetty keeps the contract of clients that speak TLS. */
class JettyHttpsTest extends HttpsContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(onehop, setup);
    }
}
