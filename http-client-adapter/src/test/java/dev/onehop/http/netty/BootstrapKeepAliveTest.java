package dev.onehop.http.netty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;

/** A client made of a raw {@code Bootstrap} keeps the contract of all clients. */
class BootstrapKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return RawHttpClient.over(onehop, setup);
    }
}
