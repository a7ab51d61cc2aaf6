package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.Retirement;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.AddressPolicy;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What clients do that keep connections open: these follow the fleet, and no request fails for it (reliability 3.4). */
@Tag("contract")
public abstract class KeepAliveContract extends ContractFixture {

    @Test
    void connectionsAreKeptAndEveryRequestIsAnAttemptOfItsOwn() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        for (int i = 0; i < 10; i++) {
            client.awaitGivenBack();
            client.get(URL + "/" + i);
        }

        // asynchronous clients may answer before they have given the connection back: then the next request makes a
        // second
        assertThat(pods.accepts()).isBetween(1, 2);
        assertThat(balancer(onehop).tally().started()).isEqualTo(10);
        assertThat(balancer(onehop).connections()).isEqualTo(pods.accepts());
    }

    @Test
    void anIdleConnectionToALeavingPodIsClosedAndTheNextRequestGoesElsewhere() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        client.get(URL + "/");
        LoopbackPod leaving = connected(pods);

        terminating(pods.all(), leaving);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
        for (int i = 0; i < 6; i++) {
            client.send("POST", URL + "/", "order");
        }

        assertThat(leaving.requests()).hasSize(1);
        assertThat(balancer(onehop).tally().retirements(Retirement.LEFT)).isEqualTo(1);
    }

    @Test
    void anIdleConnectionToALeavingPodIsClosedWithin100Milliseconds() throws Exception {
        LoopbackPods pods = pods(3);
        String what = "drained " + getClass().getSimpleName() + ": an idle connection is closed after";
        BestOfThree.keeps(DRAINED, what, () -> {
            published(pods.all());
            client(onehop()).get(URL + "/");
            LoopbackPod leaving = connected(pods);
            return () -> {
                terminating(pods.all(), leaving);
                await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> leaving.connections() == 0);
            };
        });
    }

    @Test
    void aBusyConnectionToALeavingPodServesItsRequestAndNoOther() throws Exception {
        LoopbackPods pods = pods(2);
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        pods.forEach(pod -> pod.answering(request -> {
            if (request.path().equals("/slow")) {
                asked.countDown();
                CallersAtOnce.await(answer);
            }
            return pod.echo(request);
        }));
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        var slow = new FutureTask<>(() -> client.get(URL + "/slow").body());
        new Thread(slow).start();
        asked.await(10, TimeUnit.SECONDS);
        LoopbackPod leaving = pods.all().stream()
                .filter(pod -> !pod.requests().isEmpty())
                .findFirst()
                .orElseThrow();

        terminating(pods.all(), leaving);
        await().atMost(SOON).until(() -> balancer(onehop).tally().retirements(Retirement.LEFT) == 1);
        answer.countDown();

        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(leaving.name());
        for (int i = 0; i < 4; i++) {
            client.get(URL + "/");
        }
        assertThat(leaving.requests()).hasSize(1);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
    }

    @Test
    void f02_aRollingRestartUnderKeepAliveLoadFailsNoRequest() throws Exception {
        LoopbackPods all = pods(12);
        List<LoopbackPod> old = new ArrayList<>(all.all().subList(0, 6));
        List<LoopbackPod> now = new ArrayList<>(old);
        published(now);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        Load load = closing(Load.untilStopped(4, number -> exchange(client, number)));
        load.awaitMore(50);
        for (int i = 0; i < 6; i++) {
            LoopbackPod leaving = old.stream()
                    .filter(pod -> pod.connections() > 0)
                    .findFirst()
                    .orElse(old.get(0));
            old.remove(leaving);
            now.add(all.get(6 + i));
            terminating(now, leaving);
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(1))
                    .until(() -> leaving.connections() == 0); // by the client: the pod serves on until then
            load.awaitMore(50); // a connect that was under way has come, was served and is closed
            int served = leaving.requests().size();
            load.awaitMore(100);
            assertThat(leaving.requests()).as("%s after its event", leaving).hasSize(served);
            leaving.awaitAccepted().stopGracefully();
            now.remove(leaving);
            published(now);
            load.awaitMore(100);
        }
        load.stop();
        assertThat(load.failures).isEmpty();
        assertThat(all.requests()).as("executed, of those sent").isEqualTo(load.sent.get());
        long drained = balancer(onehop).tally().retirements(Retirement.LEFT);
        assertThat(drained).isPositive();
        System.out.printf(
                "F-02 %s: 0 of %d requests failed in a rolling restart of 6 pods, half of them POSTs; "
                        + "%d executed; %d connections drained%n",
                getClass().getSimpleName(), load.sent.get(), all.requests(), drained);
    }

    /** Whether a GET may fail that overtakes the news of its connection's end, and its caller has to repeat it, once. */
    protected boolean isRepeatedByCallers() {
        return false;
    }

    @Test
    void f15_connectionsThatPodsCloseWhenIdleFailNoGetAndEjectNobody() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        int repeated = 0;
        for (int i = 0; i < 30; i++) {
            try {
                client.get(URL + "/" + i);
            } catch (IOException closed) {
                assertThat(isRepeatedByCallers()).as(closed.toString()).isTrue();
                repeated++;
                client.get(URL + "/" + i);
            }
            pods.forEach(LoopbackPod::closeIdle);
        }
        System.out.printf(
                "F-15 %s: %d of 30 repeated by their caller%n", getClass().getSimpleName(), repeated);

        assertThat(balancer(onehop).eligible().ejected()).isEmpty();
        assertThat(pods.requests()).isEqualTo(30);
    }

    @Test
    void afterAScaleUpFromThreeToNinePodsSharesAreEvenWithinThirtySeconds() throws Exception {
        LoopbackPods all = pods(9);
        published(all.all().subList(0, 3));
        var time = new ManualTime();
        Onehop onehop = closing(PushedOnehop.builder(discovery, time, new SplittableRandom(3))
                .addressPolicy(AddressPolicy.allowingLoopback())
                .policy(PickPolicy.random())
                .build());
        // asynchronous clients may answer before they give a connection back: no more than there are callers
        ClientUnderTest client = client(onehop, Setup.plain().connections(36));
        Balancer balancer = balancer(onehop);
        time.run();
        CallersAtOnce callers = closing(new CallersAtOnce(client, all, 36));
        callers.round();
        assertThat(balancer.connections()).isEqualTo(36);

        published(all.all());
        time.run();
        for (int second = 0; second < 30; second++) {
            time.advance(Duration.ofSeconds(1));
            callers.round();
        }

        Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            callers.round().forEach((pod, count) -> shares.merge(pod, count, Integer::sum));
        }
        int most = shares.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        System.out.printf(
                "re-spread %s: max/mean %.2f, %d connections moved%n",
                getClass().getSimpleName(), most / 40.0, balancer.tally().retirements(Retirement.SURPLUS));
        assertThat(most / 40.0).isLessThanOrEqualTo(1.25);
    }

    @Test
    void anOldConnectionIsReplacedAndNoRequestFails() throws Exception {
        LoopbackPods pods = pods(3);
        var time = new ManualTime();
        Onehop onehop = closing(PushedOnehop.builder(discovery, time, new SplittableRandom(3))
                .addressPolicy(AddressPolicy.allowingLoopback())
                .policy(PickPolicy.roundRobin())
                .build());
        ClientUnderTest client = client(onehop);
        Balancer balancer = balancer(onehop);
        time.run();
        client.get(URL + "/");

        time.advance(Duration.ofMinutes(7));
        client.send("POST", URL + "/", "order");

        assertThat(pods.accepts()).isEqualTo(2);
        assertThat(balancer.tally().retirements(Retirement.AGED)).isEqualTo(1);
    }

    private static LoopbackPod connected(LoopbackPods pods) {
        return pods.all().stream()
                .filter(pod -> pod.connections() == 1)
                .findFirst()
                .orElseThrow();
    }

    private static void exchange(ClientUnderTest client, int number) throws IOException {
        String order = number % 2 == 0 ? null : "order " + number;
        Answer answer = client.send(order == null ? "GET" : "POST", URL + "/", order);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).startsWith(order == null ? "pod-" : order);
    }
}
