package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2: one connection carries many exchanges, never those of two Services, and none once its pod leaves. */
class OkHttpHttp2Test {

    private static final ServiceKey API = LoopbackPods.API;
    private static final ServiceKey OTHER = new ServiceKey("shop", "other-service");
    private static final Duration SOON = Duration.ofSeconds(10);

    private static KeyManagerFactory identity;
    private static X509TrustManager trust;
    private static SSLContext trusting;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final Onehop onehop = closing(
            LoopbackPods.onehop(discovery).policy(PickPolicy.roundRobin()).build());
    private final ExecutorService callers = Executors.newFixedThreadPool(8);

    /** One certificate, good for every Service of the namespace. */
    @BeforeAll
    static void certificate(@TempDir Path folder) throws Exception {
        TestCertificate all = TestCertificate.of("*.shop", folder);
        identity = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        identity.init(all.keys(), "changeit".toCharArray());
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(all.keys());
        trust = (X509TrustManager) managers.getTrustManagers()[0];
        trusting = TestCertificate.trusting(all);
    }

    @AfterEach
    void closeAll() throws Exception {
        callers.shutdownNow();
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
    }

    @Test
    void manyExchangesAtOnceShareOneConnectionAndEachIsAnAttempt() throws Exception {
        Http2Pod pod = closing(new Http2Pod("pod-1", identity));
        published(API, 443, pod.slice(API, false));
        OkHttpClient client = https();
        get(client, "https://api-service.shop/");

        List<Future<String>> slow = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            slow.add(callers.submit(() -> get(client, "https://api-service.shop/slow")));
        }
        await().atMost(SOON).until(() -> balancer(443).tally().inFlight() == 5);
        assertThat(balancer(443).connections()).isEqualTo(1);
        pod.release();
        for (Future<String> each : slow) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo("HTTP_2 pod-1");
        }

        assertThat(pod.accepts()).isEqualTo(1);
        assertThat(pod.seen()).allSatisfy(seen -> assertThat(seen).startsWith("api-service.shop/"));
        assertThat(balancer(443).tally().succeeded()).isEqualTo(6);
        assertThat(balancer(443).tally().inFlight()).isZero();
        client.connectionPool().evictAll();
        await().atMost(SOON).until(() -> balancer(443).connections() == 0 && pod.open() == 0);
    }

    @Test
    void twoServicesNeverShareAConnectionThoughOneCertificateCoversBoth() throws Exception {
        Http2Pod api = closing(new Http2Pod("api-1", identity));
        Http2Pod other = closing(new Http2Pod("other-1", identity));
        published(API, 443, api.slice(API, false));
        published(OTHER, 443, other.slice(OTHER, false));
        OkHttpClient client = https();

        for (int i = 0; i < 3; i++) {
            assertThat(get(client, "https://api-service.shop/")).isEqualTo("HTTP_2 api-1");
            assertThat(get(client, "https://other-service.shop/")).isEqualTo("HTTP_2 other-1");
        }

        assertThat(api.accepts()).isEqualTo(1);
        assertThat(other.accepts()).isEqualTo(1);
    }

    @Test
    void aBusyConnectionToALeavingPodEndsItsExchangesAndTakesNoOther() throws Exception {
        Http2Pod leaving = closing(new Http2Pod("pod-1", identity));
        Http2Pod staying = closing(new Http2Pod("pod-2", identity));
        published(API, 443, leaving.slice(API, false));
        OkHttpClient client = https();
        Future<String> slow = callers.submit(() -> get(client, "https://api-service.shop/slow"));
        await().atMost(SOON).until(() -> leaving.seen().size() == 1);

        published(API, 443, leaving.slice(API, true), staying.slice(API, false));
        await().atMost(SOON).until(() -> balancer(443).tally().retirements(Retirement.LEFT) == 1);

        for (int i = 0; i < 4; i++) {
            assertThat(get(client, "https://api-service.shop/" + i)).isEqualTo("HTTP_2 pod-2");
        }
        assertThat(leaving.open()).isEqualTo(1);
        leaving.release();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("HTTP_2 pod-1");
        await().atMost(SOON).until(() -> leaving.open() == 0);
        assertThat(leaving.seen()).hasSize(1);
    }

    @Test
    void priorKnowledgeWithoutTlsIsBalancedAndFailsOver() throws Exception {
        Http2Pod pod = closing(new Http2Pod("pod-1", null));
        published(API, 80, pod.slice(API, false), nobody());
        OkHttpClient client = closing(OnehopOkHttp.on(
                        new OkHttpClient.Builder().protocols(List.of(okhttp3.Protocol.H2_PRIOR_KNOWLEDGE)), onehop)
                .build());

        for (int i = 0; i < 6; i++) {
            assertThat(get(client, "http://api-service.shop/")).isEqualTo("H2_PRIOR_KNOWLEDGE pod-1");
            client.connectionPool().evictAll();
        }

        assertThat(balancer(80).tally().succeeded()).isEqualTo(6);
        await().atMost(SOON).until(() -> balancer(80).connections() == 0);
    }

    private OkHttpClient https() {
        return closing(
                OnehopOkHttp.on(new OkHttpClient.Builder().sslSocketFactory(trusting.getSocketFactory(), trust), onehop)
                        .build());
    }

    private static String get(OkHttpClient client, String url) throws IOException {
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.protocol().name() + " " + response.body().string();
        }
    }

    private Balancer balancer(int port) {
        return onehop.forHost("api-service.shop", port).orElseThrow();
    }

    private void published(ServiceKey service, int port, EndpointSlice... slices) {
        discovery.set(
                Service.builder(service.namespace(), service.name())
                        .clusterIps(List.of(service.equals(API) ? "10.96.123.45" : "10.96.123.46"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("http", port)
                        .build(),
                slices);
    }

    /** A slice with a pod that nobody listens on. */
    private static EndpointSlice nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return EndpointSlice.of(
                    API,
                    "api-service-nobody",
                    List.of(new SlicePort("http", Protocol.TCP, socket.getLocalPort())),
                    List.of(Endpoint.builder("127.0.0.1")
                            .pod("nobody", "uid-nobody")
                            .build()));
        }
    }

    private <T extends AutoCloseable> T closing(T each) {
        toClose.push(each);
        return each;
    }

    private OkHttpClient closing(OkHttpClient client) {
        toClose.push(() -> {
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdownNow();
        });
        return client;
    }
}
