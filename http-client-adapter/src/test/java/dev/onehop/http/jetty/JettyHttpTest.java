package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;

/** Jetty keeps the contract of HTTP clients. */
class JettyHttpTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(onehop, setup);
    }
}
