package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.http.contract.Identity;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Services of {@code shop} that speak TLS, an Onehop over them, and a client over that. */
abstract class HttpsFixture {

    static final Duration SOON = Duration.ofSeconds(10);
    static final String API = "https://api-service.shop";
    static final String OTHER = "https://other-service.shop";
    static final String CLUSTER_IP = "10.96.123.45";

    static TestCertificate api;
    static TestCertificate other;
    static TestCertificate clusterIp;
    static SSLContext trust;

    final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    final Onehop onehop =
            LoopbackPods.onehop(discovery).policy(HttpFixture.FIRST).build();
    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    OnehopHttpClient http = over(client().build());

    @BeforeAll
    static void certificates(@TempDir Path folder) throws Exception {
        api = TestCertificate.of("api-service.shop", folder);
        other = TestCertificate.of("other-service.shop", folder);
        clusterIp = TestCertificate.ofAddress(CLUSTER_IP, folder);
        trust = TestCertificate.trusting(api, other, clusterIp);
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
        onehop.close();
    }

    <T extends AutoCloseable> T closing(T each) {
        toClose.push(each);
        return each;
    }

    HttpClient.Builder client() {
        return HttpClient.newBuilder().sslContext(trust);
    }

    OnehopHttpClient over(HttpClient wrapped) {
        http = OnehopHttpClient.wrap(wrapped, onehop);
        OnehopHttpClient made = http;
        closing(made::shutdownNow);
        return made;
    }

    TlsPod pod(String name, TestCertificate identity) throws Exception {
        return closing(new TlsPod(name, identity.server(), 0, false));
    }

    /** The Service has pods at these ports of 127.0.0.1, in this order, behind its port 443. */
    void service(String name, int... ports) {
        serviceAt(443, name, ports);
    }

    void serviceAt(int servicePort, String name, int... ports) {
        discovery.set(
                Service.builder("shop", name)
                        .clusterIps(List.of(name.equals("api-service") ? CLUSTER_IP : "10.96.123.46"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("tls", servicePort)
                        .build(),
                IntStream.range(0, ports.length)
                        .mapToObj(i -> EndpointSlice.of(
                                new ServiceKey("shop", name),
                                name + "-" + i,
                                List.of(new SlicePort("tls", Protocol.TCP, ports[i])),
                                List.of(Endpoint.builder("127.0.0.1")
                                        .conditions(true, true, false)
                                        .pod(name + "-" + ports[i], "uid-" + name + "-" + ports[i])
                                        .build())))
                        .toArray(EndpointSlice[]::new));
    }

    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return http.send(request(url).build(), BodyHandlers.ofString());
    }

    static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(SOON);
    }

    Balancer balancer() {
        return onehop.balancer("api-service.shop:443");
    }

    /** Somebody who is {@code identity} and trusts these. */
    static SSLContext context(TestCertificate identity, TestCertificate... trusted)
            throws GeneralSecurityException, IOException {
        return Identity.context(identity, trusted);
    }
}
