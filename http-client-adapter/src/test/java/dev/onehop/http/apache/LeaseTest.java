package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPods;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest extends ContractFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ClassicClient.over(onehop, setup);
    }

    @Test
    void aRetiredConnectionIsNotLeasedEvenWhileItIsStillOpen() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HeldConnection held =
                balancer.connect(Duration.ofSeconds(3), (attempt, timeout) -> attempt.hold(() -> {})); // stays open
        var connecting = new Lease();
        connecting.connected(held);
        connecting.released();
        assertThat(new Lease().begins(held)).isTrue();

        published(pods.all().subList(0, 0));
        await().atMost(SOON).until(held::isRetired);

        assertThat(new Lease().begins(held)).isFalse();
    }
}
