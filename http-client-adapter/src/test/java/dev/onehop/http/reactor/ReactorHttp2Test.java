package dev.onehop.http.reactor;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;

/** HTTP/2 with Reactor Netty's client. */
class ReactorHttp2Test extends Http2Contract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }

    /** On the connection's event loop, which nobody else sees. */
    @Override
    protected void awaitTold() throws InterruptedException {
        Thread.sleep(50);
    }
}
