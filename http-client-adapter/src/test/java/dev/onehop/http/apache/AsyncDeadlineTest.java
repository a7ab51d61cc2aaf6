package dev.onehop.http.apache;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.http.contract.TimedCalls;
import dev.onehop.http.contract.TimedCalls.Bounds;
import dev.onehop.testing.LoopbackPod;
import java.time.Duration;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;

/** When connects end that nobody answers, where the reactor looks more often than once a second whose time is over. */
class AsyncDeadlineTest extends ContractFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        IOReactorConfig often = IOReactorConfig.custom()
                .setSelectInterval(TimeValue.ofMilliseconds(10))
                .build();
        return AsyncClient.over(onehop, setup, OnehopRetryStrategy.over(new ConnectRetries()), often);
    }

    @Test
    void f14_withAShortSelectIntervalACallEndsByItsDeadline() throws Exception {
        pods(3).forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        balancer(onehop).ready().toCompletableFuture().join();
        ClientUnderTest client = client(onehop, new Setup(null, false, TimedCalls.DEADLINE, SOON, 64));
        TimedCalls.alone(client); // so that loading classes is not counted

        TimedCalls.several(client)
                .assertWithin(
                        new Bounds(Duration.ofMillis(50), TimedCalls.AT_ONCE),
                        "asynchronous Apache, select interval 10 ms, 8 at a time, 3 of 3 black holes");
    }
}
