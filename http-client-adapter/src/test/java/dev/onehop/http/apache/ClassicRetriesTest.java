package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.Test;

/** Apache's own retries, on top of Onehop's failover, and its pool of connections that may be stale. */
class ClassicRetriesTest extends ClassicFixture {

    @Test
    void f12_apachesOwnRetryMultipliesNoConnects() throws Exception {
        apachesOwnRetryMultipliesNoConnects("classic", IOException.class);
    }

    @Test
    void f15_aPoolOfStaleConnectionsFailsNoGet() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        for (int i = 0; i < 5; i++) {
            together(client, pods.get(0), 4);
            await().atMost(SOON).until(() -> pods.get(0).connections() == 4);
            pods.get(0).closeIdle();
            assertThat(client.get(URL + "/").status()).isEqualTo(200);
        }

        assertThat(balancer(onehop).eligible().ejected()).isEmpty();
        assertThat(balancer(onehop).tally().failed(Signal.RESET)).isZero();
        System.out.printf(
                "F-15 classic: %d stale connections noticed, 0 failed%n",
                balancer(onehop).tally().failed(Signal.STALE_CONNECTION));
    }

    @Test
    void a503ThatApacheRepeatsAndNobodyReadsCounts() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).answering(request -> PodResponse.of(503, "no"));
        Onehop onehop = onehop();

        assertThat(status(http(onehop, HttpClients.custom()), URL + "/")).isEqualTo(503);

        assertThat(pods.requests()).as("one repeat by Apache's own rule").isEqualTo(2);
        assertThat(balancer(onehop).tally().failed(Signal.UNAVAILABLE)).isEqualTo(2);
    }

    /** So many requests at once, so that there are as many connections. */
    private static void together(ClientUnderTest client, LoopbackPod pod, int count) throws Exception {
        var all = new CountDownLatch(count);
        pod.answering(request -> {
            all.countDown();
            try {
                all.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return pod.echo(request);
        });
        var callers = Executors.newFixedThreadPool(count);
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                answers.add(callers.submit(() -> client.get(URL + "/").status()));
            }
            for (Future<Integer> each : answers) {
                assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(200);
            }
        } finally {
            callers.shutdownNow();
        }
    }
}
