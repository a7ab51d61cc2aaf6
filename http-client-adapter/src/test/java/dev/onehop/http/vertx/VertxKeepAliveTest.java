package dev.onehop.http.vertx;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** Vert.x's client keeps the contract of all clients that keep connections, but for sending requests again. */
class VertxKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    /** Vert.x sends no request again. */
    @Override
    protected boolean isRepeatedByCallers() {
        return true;
    }
}
