package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.Tally;
import dev.onehop.health.Signal;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.net.SocketFactory;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is OkHttp's own, beside the contract of all clients. */
class OnehopOkHttpTest {

    private static final String URL = "http://api-service.shop/";
    private static final Duration SOON = Duration.ofSeconds(10);

    private final LoopbackPods pods = LoopbackPods.start(3);
    private final StaticDiscovery discovery = pods.discovery();
    private final Onehop onehop =
            LoopbackPods.onehop(discovery).policy(PickPolicy.roundRobin()).build();
    private OkHttpClient client = client(it -> it);

    @AfterEach
    void closeAll() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdownNow();
        onehop.close();
        pods.close();
    }

    @Test
    void whatTheBuilderHadIsKeptAndAsked() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        var made = new AtomicInteger();
        client(it -> it.dns(host -> {
                    asked.add("dns " + host);
                    return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 77, 1}));
                })
                .socketFactory(counting(made))
                .addInterceptor(chain -> {
                    asked.add("interceptor");
                    return chain.proceed(chain.request());
                })
                .addNetworkInterceptor(chain -> {
                    asked.add("network interceptor");
                    return chain.proceed(chain.request());
                })
                .eventListenerFactory(call -> new EventListener() {
                    @Override
                    public void callStart(Call started) {
                        asked.add("listener");
                    }
                }));

        assertThat(get(URL)).startsWith("pod-");
        assertThat(asked).containsExactly("listener", "interceptor", "network interceptor");
        assertThat(made).hasValue(1);

        try (LoopbackPod foreign = clusterIp()) {
            assertThat(get("http://foreign.example:" + foreign.port() + "/")).isEqualTo("cluster-ip");
            assertThat(asked).contains("dns foreign.example");
            assertThat(made).hasValue(2);
        }
    }

    @Test
    void aFallbackIsResolvedByTheBuildersOwnDns() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        try (LoopbackPod clusterIp = clusterIp();
                Onehop waitless = LoopbackPods.onehop(discovery)
                        .initialWait(Duration.ZERO)
                        .build()) {
            Dns own = host -> {
                asked.add(host);
                return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 77, 1}));
            };
            client = OnehopOkHttp.on(new OkHttpClient.Builder().dns(own), waitless)
                    .build();

            assertThat(get("http://api-service.shop:" + clusterIp.port() + "/")).isEqualTo("cluster-ip");
            assertThat(asked).containsExactly("api-service.shop");
        }
    }

    @Test
    void aBuilderGoesOverOneOnehopOnly() {
        OkHttpClient.Builder builder = client.newBuilder();

        assertThatThrownBy(() -> OnehopOkHttp.on(builder, onehop)).hasMessageContaining("is over an Onehop");
    }

    @Test
    void clientsMadeOfItShareItsConnections() throws Exception {
        get(URL);
        OkHttpClient derived =
                client.newBuilder().readTimeout(Duration.ofSeconds(3)).build();
        try (Response response =
                derived.newCall(new Request.Builder().url(URL).build()).execute()) {
            assertThat(response.body().string()).startsWith("pod-");
        }

        assertThat(pods.accepts()).isEqualTo(1);
    }

    @Test
    void theClusterIpInAUrlGoesToAPod() throws Exception {
        get(URL); // a ClusterIP is ours once its Service is in use

        assertThat(get("http://10.96.123.45/")).startsWith("pod-");
    }

    @Test
    void aSlowPodIsNotRacedByFastFallback() throws Exception {
        pods.forEach(LoopbackPod::blackHole);
        client(it -> it.connectTimeout(Duration.ofMillis(1_500)));

        assertThatThrownBy(() -> get(URL)).isInstanceOf(IOException.class);

        assertThat(tally().started()).isEqualTo(3); // half a second each, one after the other
    }

    @Test
    void aCancelledCallSaysNothingOfThePod() throws Exception {
        pods.forEach(LoopbackPod::stall);
        Call call = client.newCall(new Request.Builder().url(URL).build());
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        var caller = new Thread(() -> {
            try {
                call.execute().close();
                ended.complete(false);
            } catch (IOException cancelled) {
                ended.complete(true);
            }
        });
        caller.start();
        await().atMost(SOON).until(() -> pods.requests() == 1);

        call.cancel();

        assertThat(ended.get(5, TimeUnit.SECONDS)).isTrue();
        await().atMost(SOON).until(() -> tally().inFlight() == 0);
        assertThat(tally().abandoned()).isEqualTo(1);
        assertThat(tally().failed()).isZero();
    }

    @Test
    void cancellingEndsAConnectAtOnceAndSaysNothingOfThePod() throws Exception {
        pods.forEach(LoopbackPod::blackHole);
        Call call = client.newCall(new Request.Builder().url(URL).build());
        CompletableFuture<IOException> ended = new CompletableFuture<>();
        var caller = new Thread(() -> {
            try {
                call.execute().close();
            } catch (IOException cancelled) {
                ended.complete(cancelled);
            }
        });
        caller.start();
        await().atMost(SOON).until(() -> tally().inFlight() == 1);

        call.cancel();

        assertThat(ended.get(900, TimeUnit.MILLISECONDS)).isNotNull();
        await().atMost(SOON).until(() -> tally().inFlight() == 0);
        assertThat(tally().started()).isEqualTo(1);
        assertThat(tally().failed()).isZero();
    }

    @Test
    void anAnswerNobodyReadsToItsEndCountsByItsStatus() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(503, "x".repeat(1_000_000))));

        client.newCall(new Request.Builder().url(URL).build()).execute().close();

        assertThat(tally().failed(Signal.UNAVAILABLE)).isEqualTo(1);
        assertThat(tally().inFlight()).isZero();
    }

    @Test
    void answersWithoutABodyEndAtOnce() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, "")));
        client.newCall(new Request.Builder().url(URL).build()).execute();
        client.newCall(new Request.Builder().url(URL).head().build()).execute();

        assertThat(tally().succeeded()).isEqualTo(2);
        assertThat(tally().inFlight()).isZero();
    }

    @Test
    void s11_aClientWithAProxyGoesThroughIt() throws Exception {
        try (LoopbackPod proxy = clusterIp()) {
            client(it -> it.proxy(
                    new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("foreign.example", proxy.port()))));

            assertThat(get(URL)).isEqualTo("cluster-ip");
            assertThat(proxy.request().target()).isEqualTo(URL);
            assertThat(pods.accepts()).isZero();
        }
    }

    @Test
    void s12_aRedirectToAnotherHostLeavesOnehopAndOneToTheServiceStays() throws Exception {
        try (LoopbackPod foreign = clusterIp()) {
            pods.forEach(pod -> pod.answering(request -> switch (request.path()) {
                case "/away" -> PodResponse.redirect(302, "http://foreign.example:" + foreign.port() + "/");
                case "/on" -> PodResponse.redirect(302, URL + "end");
                default -> pod.echo(request);
            }));

            assertThat(get(URL + "away")).isEqualTo("cluster-ip");
            assertThat(get(URL + "on")).startsWith("pod-");
        }
        assertThat(tally().started()).isEqualTo(3);
        assertThat(tally().succeeded()).isEqualTo(3);
    }

    @Test
    void aRedirectByALeavingPodIsFollowedElsewhere() throws Exception {
        var onehopsView = onehop.forHost("api-service.shop", 80).orElseThrow();
        pods.forEach(pod -> pod.answering(request -> {
            if (request.path().equals("/on")) {
                List<LoopbackPod> staying = new ArrayList<>(pods.all());
                staying.remove(pod);
                discovery.set(LoopbackPods.service(), LoopbackPods.slices(staying));
                await().atMost(SOON).until(() -> onehopsView.tally().retirements(Retirement.LEFT) == 1);
                return PodResponse.redirect(307, URL + "end");
            }
            return pod.echo(request);
        }));

        RequestBody order = RequestBody.create("order", null);
        try (Response response = client.newCall(
                        new Request.Builder().url(URL + "on").post(order).build())
                .execute()) {
            assertThat(response.body().string()).isEqualTo("order");
        }

        assertThat(pods.all()).filteredOn(pod -> pod.requests().size() == 1).hasSize(2);
    }

    @Test
    void aBodyThatCanBeSentOnceOnlyIsSentOnANewConnectionWhenThePooledOneIsRetired() throws Exception {
        get(URL);
        LoopbackPod leaving = pods.all().stream()
                .filter(pod -> pod.accepts() == 1)
                .findFirst()
                .orElseThrow();
        List<LoopbackPod> staying = new ArrayList<>(pods.all());
        staying.remove(leaving);
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(staying));
        await().atMost(SOON)
                .until(() -> onehop.forHost("api-service.shop", 80)
                                .orElseThrow()
                                .eligible()
                                .size()
                        == 2);

        try (Response response = client.newCall(
                        new Request.Builder().url(URL).post(new OneShot()).build())
                .execute()) {
            assertThat(response.body().string()).isEqualTo("order");
        }

        assertThat(leaving.requests()).hasSize(1);
    }

    private OkHttpClient client(UnaryOperator<OkHttpClient.Builder> more) {
        client = OnehopOkHttp.on(more.apply(new OkHttpClient.Builder()), onehop).build();
        return client;
    }

    private String get(String url) throws IOException {
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.body().string();
        }
    }

    private Tally tally() {
        return onehop.forHost("api-service.shop", 80).orElseThrow().tally();
    }

    /** A server where the system resolver sends the names in {@code src/test/resources/hosts}. */
    private static LoopbackPod clusterIp() throws IOException {
        return LoopbackPod.start("cluster-ip", InetAddress.getByAddress(new byte[] {127, 0, 77, 1}), 0);
    }

    private static SocketFactory counting(AtomicInteger made) {
        return new SocketFactory() {
            @Override
            public Socket createSocket() {
                made.incrementAndGet();
                return new Socket();
            }

            @Override
            public Socket createSocket(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
