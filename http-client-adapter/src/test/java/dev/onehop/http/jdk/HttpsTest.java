package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.PasswordAuthentication;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What {@code https://} is to the JDK's client where it may set {@code Host}. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class HttpsTest extends HttpsFixture {

    @Test
    void theResponseIsTheServicesOverHttp11() throws Exception {
        TlsPod pod = pod("pod-1", api);
        serviceAt(8443, "api-service", pod.port());

        var response = get(API + ":8443/orders?id=7");

        assertThat(response.body()).isEqualTo("pod-1");
        assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
        assertThat(response.uri()).isEqualTo(URI.create(API + ":8443/orders?id=7"));
        assertThat(response.request().uri()).isEqualTo(response.uri());
        assertThat(response.sslSession().orElseThrow().getPeerHost()).isEqualTo("api-service.shop");
        assertThat(pod.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.path()).isEqualTo("/orders?id=7");
            assertThat(seen.headers().get("Host")).containsExactly("api-service.shop:8443");
            assertThat(seen.sni()).contains("api-service.shop").doesNotContain("127.0.0.1");
        });
    }

    @Test
    void nobodyBlocksForSendAsync() throws Exception {
        TlsPod pod = pod("pod-1", api);
        service("api-service", pod.port());

        var response = http.sendAsync(
                request(API).POST(BodyPublishers.ofString("order")).build(), BodyHandlers.ofString());

        assertThat(response)
                .succeedsWithin(SOON)
                .satisfies(it -> assertThat(it.body()).isEqualTo("pod-1"));
    }

    @Test
    void aNameIsItselfWhateverItsCase() throws Exception {
        TlsPod pod = pod("pod-1", api);
        service("api-service", pod.port());

        get("https://API-Service.Shop/");
        get(API);

        assertThat(pod.seen())
                .extracting(seen -> seen.headers().getFirst("Host"))
                .containsExactly("API-Service.Shop", "api-service.shop");
        assertThat(pod.seen()).allSatisfy(seen -> assertThat(seen.sni()).contains("value=api-service.shop"));
        assertThat(NamedTls.name("api-service.shop.svc.cluster.local."))
                .isEqualTo("api-service.shop.svc.cluster.local");
        assertThat(NamedTls.name("[FD00::1]")).isEqualTo("fd00::1");
    }

    @Test
    void aClusterIpInTheUrlIsWhatTheCertificateMustBeFor() throws Exception {
        TlsPod pod = pod("pod-1", clusterIp);
        TlsPod named = pod("pod-2", api);
        service("api-service", pod.port(), named.port());
        onehop.balancer("api-service.shop:443").ready().toCompletableFuture().join();

        assertThat(get("https://" + CLUSTER_IP + "/").body()).isEqualTo("pod-1");

        assertThat(pod.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.headers().getFirst("Host")).isEqualTo(CLUSTER_IP);
            assertThat(seen.sni()).isEqualTo("[]");
        });
    }

    @Test
    void connectionsToAPodAreKeptAndUsedAgain() throws Exception {
        TlsPod pod = pod("pod-1", api);
        service("api-service", pod.port());

        byte[] first = get(API).sslSession().orElseThrow().getId();

        assertThat(get(API).sslSession().orElseThrow().getId()).isEqualTo(first);
    }

    @Test
    void whatTheWrappedClientAsksOfTlsIsKept() throws Exception {
        TlsPod pod = pod("pod-1", api);
        service("api-service", pod.port());
        SSLParameters old = trust.getDefaultSSLParameters();
        old.setProtocols(new String[] {"TLSv1.2"});
        var bare = new SSLParameters();

        over(client().sslParameters(old).build());
        get(API);
        over(client().sslParameters(bare).build());
        get(API);

        assertThat(pod.seen()).extracting(TlsPod.Seen::protocol).containsExactly("TLSv1.2", "TLSv1.3");
    }

    @Test
    void aRedirectFromHttpToHttpsStaysWithTheServicesPodsAndDropsWhatIsItsOwn() throws Exception {
        TlsPod pod = pod("pod-1", other);
        service("other-service", pod.port());
        LoopbackPod plain = closing(LoopbackPod.start("plain", InetAddress.getByName("127.0.0.1"), 0));
        plain.answering(request -> PodResponse.redirect(307, OTHER + "/new"));
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(List.of(plain)));
        over(client().followRedirects(Redirect.NORMAL).build());

        var response = http.send(
                request("http://api-service.shop/old")
                        .header("Authorization", "Bearer secret")
                        .POST(BodyPublishers.ofString("order"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo("pod-1");
        assertThat(response.uri()).isEqualTo(URI.create(OTHER + "/new"));
        assertThat(response.previousResponse().orElseThrow().uri())
                .isEqualTo(URI.create("http://api-service.shop/old"));
        assertThat(pod.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.headers().getFirst("Host")).isEqualTo("other-service.shop");
            assertThat(seen.headers()).doesNotContainKey("Authorization");
        });
    }

    @Test
    void aRedirectFromHttpsToHttpIsFollowedOnlyAlways() throws Exception {
        TlsPod pod = pod("pod-1", other);
        pod.answering(seen -> new TlsPod.Reply(302, "Location", "http://api-service.shop/new"));
        service("other-service", pod.port());
        LoopbackPod plain = closing(LoopbackPod.start("plain", InetAddress.getByName("127.0.0.1"), 0));
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(List.of(plain)));

        over(client().followRedirects(Redirect.NORMAL).build());
        assertThat(get(OTHER).statusCode()).isEqualTo(302);
        over(client().followRedirects(Redirect.ALWAYS).build());
        assertThat(get(OTHER).body()).isEqualTo("plain");
    }

    @Test
    void credentialsAndSecureCookiesOfHttpsAreNotToldInTheClear() throws Exception {
        TlsPod pod = pod("pod-1", api);
        pod.answering(seen -> seen.headers().containsKey("Authorization")
                ? new TlsPod.Reply(200, "Set-Cookie", "session=1; Secure; Path=/")
                : new TlsPod.Reply(401, "WWW-Authenticate", "Basic realm=\"x\""));
        LoopbackPod plain = closing(LoopbackPod.start("plain", InetAddress.getByName("127.0.0.1"), 0));
        serviceAt(8080, "api-service", pod.port()); // one authority, two schemes
        List<String> asked = new ArrayList<>();
        over(client().cookieHandler(new CookieManager())
                .authenticator(new Authenticator() {
                    @Override
                    protected PasswordAuthentication getPasswordAuthentication() {
                        asked.add(getRequestingProtocol() + " " + getRequestingURL() + " " + getRequestingPort());
                        return new PasswordAuthentication("me", "secret".toCharArray());
                    }
                })
                .build());

        assertThat(get(API + ":8080").statusCode()).isEqualTo(200);
        assertThat(get(API + ":8080").statusCode()).isEqualTo(200);
        serviceAt(8080, "api-service", plain.port());
        Balancer balancer = onehop.balancer("api-service.shop:8080");
        await().atMost(SOON)
                .until(() -> balancer.eligible().backends().stream()
                        .allMatch(each -> each.address().getPort() == plain.port()));
        get("http://api-service.shop:8080/");

        assertThat(asked).containsExactly("https https://api-service.shop:8080 8080");
        assertThat(pod.seen()).hasSize(3);
        assertThat(pod.seen().get(2).headers().getFirst("Cookie")).contains("session=1");
        PodRequest inTheClear = plain.request();
        assertThat(inTheClear.header("authorization")).isEmpty();
        assertThat(inTheClear.header("cookie")).isEmpty();
    }

    @Test
    void f21_aHandshakeThatStallsIsOverWithTheConnectTimeout() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            service("api-service", silent.getLocalPort());
            over(client().connectTimeout(Duration.ofMillis(700)).build());
            long began = System.nanoTime();

            assertThatThrownBy(() -> get(API)).isInstanceOf(IOException.class);

            Duration took = Duration.ofNanos(System.nanoTime() - began);
            System.out.printf("F-21 JDK: connect timeout 700 ms, the call failed after %d ms%n", took.toMillis());
            assertThat(took).isBetween(Duration.ofMillis(650), Duration.ofSeconds(5));
            assertThat(balancer().tally().failed(Signal.CONNECT_TIMEOUT)).isEqualTo(1);
        }
    }

    @Test
    void f21_whereAllHandshakesStallTheCallKeepsItsConnectTimeout() throws Exception {
        try (var one = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                var two = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                var three = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                var four = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            service("api-service", one.getLocalPort(), two.getLocalPort(), three.getLocalPort(), four.getLocalPort());
            over(client().connectTimeout(Duration.ofMillis(1_500)).build());
            long began = System.nanoTime();

            assertThatThrownBy(() -> get(API)).isInstanceOf(HttpConnectTimeoutException.class);

            Duration took = Duration.ofNanos(System.nanoTime() - began);
            System.out.printf(
                    "F-21 JDK: connect timeout 1500 ms, 4 pods stall: %d dials, the call failed after %d ms%n",
                    balancer().tally().started(), took.toMillis());
            assertThat(took).isLessThanOrEqualTo(Duration.ofMillis(2_500));
            assertThat(balancer().tally().started()).isBetween(2L, 3L);
            assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(1_200));
        }
    }
}
