package dev.onehop.http.vertx;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** Vert.x's client keeps the contract of all clients that keep connections. */
class VertxKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }
}
