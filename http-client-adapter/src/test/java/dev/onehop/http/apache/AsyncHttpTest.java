package dev.onehop.http.apache;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;
import dev.onehop.http.contract.TimedCalls.Bounds;
import java.time.Duration;

class AsyncHttpTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return AsyncClient.over(onehop, setup);
    }

    /** Apache's reactor looks once a second whose time is over. */
    @Override
    protected Bounds alone() {
        return new Bounds(Duration.ofMillis(1_050), 0);
    }

    @Override
    protected Bounds several() {
        return new Bounds(alone().late(), super.several().early());
    }
}
