package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.FaultsContract;

/** What faulty pods cost the callers of this client. */
class OkHttpFaultsTest extends FaultsContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return OkHttpUnderTest.open(onehop, setup);
    }

    /** OkHttp repeats what broke on a connection that it had used before, POSTs too, unless it is told not to. */
    @Override
    protected ClientUnderTest openSendingOnce(Onehop onehop, Setup setup) {
        return new OkHttpUnderTest(
                OnehopOkHttp.on(OkHttpUnderTest.builder(setup).retryOnConnectionFailure(false), onehop)
                        .build());
    }
}
