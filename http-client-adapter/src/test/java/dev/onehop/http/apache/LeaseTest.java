package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.message.BasicHttpResponse;
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

    @Test
    void aConnectionMadeInPlaceOfALeasedOneThatWasFoundClosedHasTheExchange() throws Exception {
        LoopbackPods pods = pods(2);
        Balancer balancer = balancer(onehop());
        HeldConnection kept = connected(balancer, new AtomicBoolean());
        var first = new Lease();
        first.connected(kept);
        answered(first, 200);
        first.released();
        var closed = new AtomicBoolean();

        var lease = new Lease();
        assertThat(lease.begins(kept)).isTrue();
        kept.gone(); // its pod has closed it
        lease.connected(connected(balancer, closed));
        answered(lease, 503);
        lease.released();

        assertThat(balancer.tally().started()).isEqualTo(3);
        assertThat(balancer.tally().inFlight()).isZero();
        assertThat(balancer.tally().abandoned())
                .as("the exchange that did not take place")
                .isEqualTo(1);
        published(pods.all().subList(0, 0));
        await().atMost(SOON).untilTrue(closed); // for it is idle
    }

    @Test
    void aConnectionIsKeptForTheClientThatFollowsAnAnswerEvenIfItIsRetired() throws Exception {
        LoopbackPods pods = pods(1);
        Balancer balancer = balancer(onehop());
        var closed = new AtomicBoolean();
        HeldConnection held = connected(balancer, closed);
        var lease = new Lease();
        lease.connected(held);
        answered(lease, 401);

        published(pods.all().subList(0, 0));
        await().atMost(SOON).until(held::isRetired);
        assertThat(closed).isFalse();
        answered(lease, 200);
        lease.released();

        await().atMost(SOON).untilTrue(closed);
        assertThat(balancer.tally().succeeded()).isEqualTo(2);
        assertThat(balancer.tally().started()).isEqualTo(2);
    }

    @Test
    void aClientThatDoesNotFollowAnAnswerHasBeenAnswered() throws Exception {
        pods(1);
        Balancer balancer = balancer(onehop());
        var lease = new Lease();
        lease.connected(connected(balancer, new AtomicBoolean()));
        answered(lease, 401);

        lease.abandoned(); // it closes the connection
        lease.released();

        assertThat(balancer.tally().succeeded()).isEqualTo(1);
        assertThat(balancer.tally().inFlight()).isZero();
    }

    @Test
    void noRequestIsSentOnAConnectionThatWasClosedBetweenTwoExchanges() throws Exception {
        LoopbackPods pods = pods(1);
        Balancer balancer = balancer(onehop());
        var closed = new AtomicBoolean();
        var lease = new Lease();
        lease.connected(connected(balancer, closed));
        answered(lease, 503); // which tells at once

        published(pods.all().subList(0, 0));
        await().atMost(SOON).untilTrue(closed);

        assertThatThrownBy(lease::next).isInstanceOf(NoHttpResponseException.class);
    }

    @Test
    void aCallerThatLeavesDuringTheConnectLeavesNoExchangeOpen() throws Exception {
        pods(1);
        Balancer balancer = balancer(onehop());
        var lease = new Lease();
        lease.abandoned();
        lease.released();

        lease.connected(connected(balancer, new AtomicBoolean()));

        assertThat(balancer.tally().inFlight()).isZero();
        assertThat(balancer.tally().abandoned()).isEqualTo(1);
    }

    private static HeldConnection connected(Balancer balancer, AtomicBoolean closed) throws IOException {
        return balancer.connect(Duration.ofSeconds(3), (attempt, timeout) -> attempt.hold(() -> closed.set(true)));
    }

    private static void answered(Lease lease, int status) throws IOException {
        Exchange exchange = Objects.requireNonNull(lease.next());
        exchange.answered(new BasicHttpResponse(status));
        exchange.completed();
    }
}
