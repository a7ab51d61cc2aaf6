package dev.onehop.http.jdk;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpClientContract;

/** The JDK's client keeps the contract of all clients over HTTP/1.1. */
class JdkContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return JdkClient.open(onehop, setup);
    }
}
