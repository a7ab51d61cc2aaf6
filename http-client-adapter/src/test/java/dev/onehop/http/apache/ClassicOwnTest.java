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
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Service;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;

/** What is Apache's own: its retries, its stale pool, proxies, redirects, callers that leave, settings that stay. */
class ClassicOwnTest extends ContractFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ClassicClient.over(onehop, setup);
    }

    @Test
    void f12_apachesOwnRetryMultipliesNoConnects() throws Exception {
        LoopbackPods pods = pods(5);
        discovery.set(
                Service.builder(LoopbackPods.API.namespace(), LoopbackPods.API.name())
                        .clusterIps(List.of("10.96.123.45"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("http", 443)
                        .build(),
                LoopbackPods.slices(pods.all()));
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
                .isBetween(2, 5);
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

    @Test
    void s11_aProxyIsAskedForTheServiceAndNoPodIsDialled() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod proxy = clusterIp();
        Onehop onehop = onehop();
        CloseableHttpClient http =
                http(onehop, HttpClients.custom().setProxy(new HttpHost("foreign.example", proxy.port())));

        assertThat(status(http, URL + "/orders")).isEqualTo(200);

        assertThat(pods.accepts()).isZero();
        assertThat(proxy.request().line()).startsWith("GET http://api-service.shop/orders");
    }

    @Test
    void s12_aRedirectToAnotherHostLeavesOnehop() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod foreign = clusterIp();
        pods.get(0)
                .answering(request -> PodResponse.of(302, "")
                        .with("Location", "http://foreign.example:" + foreign.port() + "/there"));
        Onehop onehop = onehop();

        assertThat(status(http(onehop, HttpClients.custom()), URL + "/")).isEqualTo(200);

        assertThat(foreign.request().host()).isEqualTo("foreign.example:" + foreign.port());
        assertThat(balancer(onehop).tally().started()).isEqualTo(1);
    }

    @Test
    void aCallerThatLeavesInMidBodySaysNothingAgainstThePod() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).answering(request -> PodResponse.of(200, "half").stallingBefore(8));
        Onehop onehop = onehop();
        CloseableHttpClient http = http(onehop, HttpClients.custom());

        var request = new HttpGet(URL + "/");
        ClassicHttpResponse response = http.executeOpen(null, request, null);
        request.abort();
        assertThatThrownBy(() -> EntityUtils.toString(response.getEntity())).isInstanceOf(IOException.class);

        assertThat(balancer(onehop).tally().abandoned()).isEqualTo(1);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }

    @Test
    void aBodyReadWithoutAskingForItsEndIsAnExchangeThatEnded() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        CloseableHttpClient http = http(onehop, HttpClients.custom());
        for (int i = 0; i < 3; i++) {
            try (ClassicHttpResponse response = http.executeOpen(null, new HttpGet(URL + "/"), null);
                    InputStream body = response.getEntity().getContent()) {
                assertThat(body.readNBytes(5)).hasSize(5);
            }
        }

        assertThat(pods.accepts()).isEqualTo(1);
        assertThat(balancer(onehop).tally().succeeded()).isEqualTo(3);
    }

    @Test
    void whatTheUserHasSetStays() throws Exception {
        pods(1);
        var resolved = new AtomicInteger();
        var intercepted = new AtomicInteger();
        LoopbackPod foreign = clusterIp();
        var dns = new SystemDefaultDnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                resolved.incrementAndGet();
                return new InetAddress[] {foreign.address().getAddress()};
            }
        };
        Onehop onehop = onehop();
        CloseableHttpClient http = closing(HttpClients.custom()
                .setConnectionManager(OnehopConnectionManager.of(
                        onehop, pool -> pool.setDnsResolver(dns).setMaxConnPerRoute(3)))
                .addExecInterceptorFirst("mine", (request, scope, chain) -> {
                    intercepted.incrementAndGet();
                    return chain.proceed(request, scope);
                })
                .build());

        assertThat(status(http, URL + "/")).isEqualTo(200);
        assertThat(resolved).hasValue(0);
        assertThat(status(http, "http://nowhere.example:" + foreign.port() + "/"))
                .isEqualTo(200);

        assertThat(resolved).hasValue(1);
        assertThat(intercepted).hasValue(2);
    }

    @Test
    void thePoolIsControlledAsAnyOther() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        OnehopConnectionManager manager = OnehopConnectionManager.of(onehop, pool -> pool.setMaxConnTotal(7));
        CloseableHttpClient http =
                closing(HttpClients.custom().setConnectionManager(manager).build());
        status(http, URL + "/");

        assertThat(manager.getMaxTotal()).isEqualTo(7);
        assertThat(manager.getTotalStats().getAvailable()).isEqualTo(1);
        manager.closeIdle(TimeValue.ZERO_MILLISECONDS);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
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
