package dev.onehop.http.okhttp;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Pods with one certificate for every Service of {@code shop}, and an Onehop over them; all of it closed after a test. */
abstract class PodsFixture {

    protected static final ServiceKey API = LoopbackPods.API;
    protected static final Duration SOON = Duration.ofSeconds(10);

    private static SSLContext identity;
    protected static X509TrustManager trust;
    protected static SSLContext trusting;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private final CompletableFuture<Void> released = new CompletableFuture<>();
    protected final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    protected final Onehop onehop = closing(
            LoopbackPods.onehop(discovery).policy(PickPolicy.roundRobin()).build());
    protected final ExecutorService callers = Executors.newFixedThreadPool(8);

    /** One certificate, good for every Service of the namespace. */
    @BeforeAll
    static void certificate(@TempDir Path folder) throws Exception {
        TestCertificate all = TestCertificate.of("*.shop", folder);
        identity = all.server();
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(all.keys());
        trust = (X509TrustManager) managers.getTrustManagers()[0];
        trusting = TestCertificate.trusting(all);
    }

    @AfterEach
    void closeAll() throws Exception {
        release();
        callers.shutdownNow();
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
    }

    /**
     * A pod that says its name; {@code /slow} does so when {@link #release} says so, {@code /on} leads to {@code /end}, and
     * {@code /ws} is a WebSocket that echoes.
     */
    protected Http2Pod pod(String name, boolean tls) {
        return closing(new Http2Pod(name, tls ? identity : null, (path, response) -> switch (path) {
            case "/slow" -> response.sendString(Mono.fromFuture(released, true).thenReturn(name));
            case "/on" -> response.status(307).header("location", "/end").send();
            case "/ws" ->
                response.sendWebsocket((in, out) -> out.sendString(in.receive().asString()));
            default -> response.sendString(Mono.just(name));
        }));
    }

    /** Answers what is slow. */
    protected void release() {
        released.complete(null);
    }

    protected OkHttpClient https() {
        return https(it -> it);
    }

    protected OkHttpClient https(UnaryOperator<OkHttpClient.Builder> more) {
        OkHttpClient.Builder trusts = new OkHttpClient.Builder().sslSocketFactory(trusting.getSocketFactory(), trust);
        return closing(OnehopOkHttp.on(more.apply(trusts), onehop).build());
    }

    protected static String get(OkHttpClient client, String url) throws IOException {
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.protocol().name() + " " + response.body().string();
        }
    }

    protected Balancer balancer(int port) {
        return onehop.forHost("api-service.shop", port).orElseThrow();
    }

    protected void published(ServiceKey service, int port, EndpointSlice... slices) {
        discovery.set(
                Service.builder(service.namespace(), service.name())
                        .clusterIps(List.of(service.equals(API) ? "10.96.123.45" : "10.96.123.46"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("http", port)
                        .build(),
                slices);
    }

    protected <T extends AutoCloseable> T closing(T each) {
        toClose.push(each);
        return each;
    }

    protected OkHttpClient closing(OkHttpClient client) {
        toClose.push(() -> {
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdownNow();
        });
        return client;
    }
}
