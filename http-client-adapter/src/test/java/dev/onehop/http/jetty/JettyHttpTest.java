package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;
import dev.onehop.http.contract.TimedCalls;
import dev.onehop.http.contract.TimedCalls.Bounds;

/** Jetty keeps the contract of HTTP clients. */
class JettyHttpTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(onehop, setup);
    }

    /** A connect that fails, fails all that wait in the destination's queue: that is how Jetty's pool reports it. */
    @Override
    protected Bounds several() {
        return new Bounds(super.several().late(), TimedCalls.COUNT);
    }
}
