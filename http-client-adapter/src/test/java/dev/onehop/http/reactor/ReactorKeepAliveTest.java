package dev.onehop.http.reactor;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** Reactor Netty's client keeps the contract of all clients. */
class ReactorKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }
}
