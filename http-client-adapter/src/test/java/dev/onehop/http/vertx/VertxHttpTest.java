package dev.onehop.http.vertx;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;
import dev.onehop.http.contract.TimedCalls;
import dev.onehop.http.contract.TimedCalls.Bounds;

/** Vert.x's client keeps the contract of all clients. */
class VertxHttpTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    /**
     * Between their dials, calls go on with each other's: six times at most, each time after a third of the time, and then
     * once more with all of it.
     */
    @Override
    protected Bounds several() {
        return new Bounds(TimedCalls.DEADLINE.multipliedBy(2).plusMillis(100), TimedCalls.COUNT);
    }
}
