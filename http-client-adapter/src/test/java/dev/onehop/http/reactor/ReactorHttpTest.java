package dev.onehop.http.reactor;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;

/** Reactor Netty's client keeps the contract of all clients. */
class ReactorHttpTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }
}
