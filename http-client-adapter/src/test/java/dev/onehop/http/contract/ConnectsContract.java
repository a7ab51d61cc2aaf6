package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.TimedCalls.Bounds;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Part of {@link HttpClientContract}: where connects fail, other pods are tried, and each of them once. */
@Tag("contract")
public abstract class ConnectsContract extends ContractFixture {

    @Test
    void aServiceWithoutPodsRefusesAsKubeProxyDoes() throws Exception {
        discovery.set(LoopbackPods.service());

        assertThatThrownBy(() -> client(onehop()).get(URL + "/")).isInstanceOf(IOException.class);
    }

    @Test
    void aPodThatRefusesIsReplacedBeforeAByteIsSentWhateverTheMethod() throws Exception {
        LoopbackPods pods = pods(3);
        pods.get(0).refuse();
        pods.get(1).refuse();
        ClientUnderTest client = client(onehop());

        for (int i = 0; i < 6; i++) {
            assertThat(client.send("POST", URL + "/" + i, "order " + i).body()).isEqualTo("order " + i);
        }

        assertThat(pods.get(2).requests()).hasSize(6);
    }

    @Test
    void f12_ofFiveThatRefuseEachIsDialledOnceAtMost() throws Exception {
        LoopbackPods pods = pods(5);
        pods.forEach(LoopbackPod::refuse);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        balancer.ready().toCompletableFuture().join();

        assertThatThrownBy(() -> client(onehop).get(URL + "/")).isInstanceOf(IOException.class);

        List<Backend> all = everybody(balancer);
        assertThat(all).hasSize(5).allSatisfy(each -> assertThat(each.started()).isLessThanOrEqualTo(1));
        System.out.printf(
                "F-12 %s: %d dials of 5 that refuse%n",
                getClass().getSimpleName(), balancer.tally().started());
    }

    @Test
    void f12_ofFiveBlackHolesAtMostThreeAreDialledAndTheCallKeepsItsTime() throws Exception {
        LoopbackPods pods = pods(5);
        client(onehop()).get(URL + "/"); // so that loading classes is not counted
        pods.forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        balancer.ready().toCompletableFuture().join();
        ClientUnderTest client = client(onehop);

        Duration took =
                timed(() -> assertThatThrownBy(() -> client.get(URL + "/")).isInstanceOf(IOException.class));

        System.out.printf(
                "F-12 %s: %d dials of 5 black holes in %d ms%n",
                getClass().getSimpleName(), balancer.tally().started(), took.toMillis());
        assertThat(took).isLessThanOrEqualTo(Setup.plain().connectTimeout().plus(SLACK));
        assertThat(balancer.tally().started()).isBetween(2L, 3L);
        assertThat(everybody(balancer))
                .allSatisfy(each -> assertThat(each.started()).isLessThanOrEqualTo(1));
    }

    /** When a call of 300 ms ends that is made while no other is. */
    protected Bounds alone() {
        return new Bounds(Duration.ofMillis(50), 0);
    }

    /** The same of several at once: where those under way as an outage begins counted on another pod, they end early. */
    protected Bounds several() {
        return new Bounds(Duration.ofMillis(50), TimedCalls.AT_ONCE);
    }

    @Test
    @Tag("deadline")
    void f14_whereAllSwallowSynsACallEndsByItsDeadline() throws Exception {
        LoopbackPods pods = pods(3);
        client(onehop()).get(URL + "/"); // so that loading classes is not counted
        pods.forEach(LoopbackPod::blackHole);
        ClientUnderTest first = hasty();
        assertThatThrownBy(() -> first.get(URL + "/")).isInstanceOf(IOException.class);

        TimedCalls alone = TimedCalls.alone(hasty());
        TimedCalls several = TimedCalls.several(hasty());

        assertThat(pods.requests()).as("but to load classes").isEqualTo(1);
        alone.assertWithin(alone(), getClass().getSimpleName() + ", one at a time, 3 of 3 black holes");
        several.assertWithin(several(), getClass().getSimpleName() + ", 8 at a time, 3 of 3 black holes");
    }

    @Test
    @Tag("deadline")
    void f14_whereTwoOfThreeSwallowSynsACallIsServedOrEndsByItsDeadline() throws Exception {
        LoopbackPods pods = pods(3);
        // a pool would keep to its connection
        pods.forEach(pod -> pod.answering(request -> pod.echo(request).with("Connection", "close")));
        client(onehop()).get(URL + "/");
        pods.get(0).blackHole();
        pods.get(1).blackHole();

        TimedCalls several = TimedCalls.several(hasty());

        several.assertWithin(several(), getClass().getSimpleName() + ", 8 at a time, 2 of 3 black holes");
        several.assertServed(Math.max(1, TimedCalls.COUNT - 2 * several().early())); // by then both are ejected
    }

    /** A client whose connects may take 300 ms, over an Onehop that knows its pods. */
    private ClientUnderTest hasty() throws Exception {
        Onehop onehop = onehop();
        balancer(onehop).ready().toCompletableFuture().join();
        return client(onehop, Setup.plain().connectTimeout(TimedCalls.DEADLINE));
    }

    @Test
    void aDeadPodIsEjectedByTheseCallsAlone() throws Exception {
        LoopbackPods pods = pods(5);
        pods.get(0).refuse();
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        Balancer balancer = balancer(onehop);

        await().atMost(SOON).until(() -> {
            // a pool would keep to its connection
            pods.forEach(pod -> pod.answering(request -> pod.echo(request).with("Connection", "close")));
            client.get(URL + "/");
            return !balancer.eligible().ejected().isEmpty();
        });

        assertThat(balancer.eligible().ejected())
                .allSatisfy(each -> assertThat(each.podName()).contains("pod-1"));
    }
}
