package dev.onehop.http.jdk;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.FaultsContract;

/** What faulty pods cost the callers of this client. */
class JdkFaultsTest extends FaultsContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return JdkClient.open(onehop, setup);
    }
}
