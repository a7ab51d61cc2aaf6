package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.service.AddressPolicy;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.Test;

/** Apache's own retries, on top of Onehop's failover, and its pool of connections that may be stale. */
class ClassicRetriesTest extends ContractFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ClassicClient.over(onehop, setup);
    }

    @Test
    void f12_apachesOwnRetryMultipliesNoConnects() throws Exception {
        LoopbackPods pods = pods(5);
        discovery.set(Services.on(443), LoopbackPods.slices(pods.all()));
        pods.forEach(LoopbackPod::resetAfterAccept); // in the midst of the handshake
        var time = new ManualTime();
        Onehop onehop =
                closing(PushedOnehop.builder(discovery, time, new SplittableRandom(3)) // whose prober dials nobody
                        .addressPolicy(AddressPolicy.allowingLoopback())
                        .build());
        Balancer balancer = onehop.forHost("api-service.shop", 443).orElseThrow();
        time.run();
        CloseableHttpClient http = http(onehop, HttpClients.custom());

        assertThatThrownBy(() -> status(http, "https://api-service.shop/")).isInstanceOf(IOException.class);

        pods.forEach(LoopbackPod::awaitAccepted);
        assertThat(balancer.tally().started()).isEqualTo(pods.accepts());
        assertThat(pods.all()).allSatisfy(pod -> assertThat(pod.accepts()).isLessThanOrEqualTo(1));
        assertThat(pods.accepts())
                .as("three, or all where resets come so early that they are refusals")
                .isBetween(3, 5);
        System.out.printf(
                "F-12 %s: %d SYNs, %d dials%n",
                "classic", pods.accepts(), balancer.tally().started());
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

    private CloseableHttpClient http(Onehop onehop, HttpClientBuilder builder) {
        return closing(
                builder.setConnectionManager(OnehopConnectionManager.of(onehop)).build());
    }

    private static int status(CloseableHttpClient http, String url) throws IOException {
        return http.execute(new HttpGet(url), response -> {
            EntityUtils.consume(response.getEntity());
            return response.getCode();
        });
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
