package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Backend;
import dev.onehop.service.Service;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodRequest;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests at pods, and all that callers see of them being the Service's. */
class OnehopHttpClientTest extends HttpFixture {

    private static final boolean ORIGIN_FORM = OriginForm.isAllowed();

    @Test
    void theFlagOfThisExecutionIsInForce() {
        assertThat(ORIGIN_FORM).isEqualTo("host".equals(System.getProperty("jdk.httpclient.allowRestrictedHeaders")));
    }

    @Test
    void urlAndHostStayTheServices() throws Exception {
        var response = get(SERVICE + "/orders?id=7");

        PodRequest seen = pods.named(response.body()).request();
        assertThat(seen.host()).isEqualTo("api-service.shop");
        assertThat(seen.path()).isEqualTo("/orders?id=7");
        assertThat(seen.target()).isEqualTo(ORIGIN_FORM ? "/orders?id=7" : SERVICE + "/orders?id=7");
        assertThat(response.uri()).isEqualTo(URI.create(SERVICE + "/orders?id=7"));
        assertThat(response.request().uri()).isEqualTo(response.uri());
        assertThat(response.previousResponse()).isEmpty();
        assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
    }

    @Test
    void everyFormOfTheNameIsKeptAsHost() throws Exception {
        for (String host : new String[] {"api-service", "API-Service.Shop", "api-service.shop.svc.cluster.local"}) {
            assertThat(get("http://" + host + "/").headers().firstValue("Seen-Host"))
                    .contains(host);
        }
    }

    @Test
    void hostHasThePortThatTheUrlHasAndNotThePods() throws Exception {
        discovery.set(
                Service.builder("shop", "api-service")
                        .clusterIp("10.96.123.45")
                        .port("http", 8081)
                        .build(),
                LoopbackPods.slices(pods.all()));

        assertThat(get(SERVICE + ":8081/").headers().firstValue("Seen-Host")).contains("api-service.shop:8081");
    }

    @Test
    void userInformationAndFragmentStayAtHome() throws Exception {
        var response = get("http://user:secret@api-service.shop?q#fragment");

        PodRequest seen = pods.named(response.body()).request();
        assertThat(seen.target()).isEqualTo(ORIGIN_FORM ? "/?q" : SERVICE + "/?q");
        assertThat(response.uri().getFragment()).isEqualTo("fragment");
    }

    @Test
    void onlyAsciiIsSent() throws Exception {
        var response = get(SERVICE + "/caf\u00e9?q=\u00fc");

        assertThat(pods.named(response.body()).request().path()).isEqualTo("/caf%C3%A9?q=%C3%BC");
    }

    @Test
    void nothingIsSentThatOnlyAProxyWouldGet() throws Exception {
        var response = post(SERVICE + "/", "x");

        assertThat(pods.all().stream().flatMap(pod -> pod.requests().stream()))
                .singleElement()
                .satisfies(seen -> assertThat(seen.headers().keySet())
                        .containsExactlyInAnyOrder("content-length", "host", "user-agent"));
        assertThat(response.body()).isEqualTo("x");
    }

    @Test
    void requestsAreSpreadEvenly() throws Exception {
        onehop.close();
        onehop = pods.onehop().random(new Random(42)).build();
        over(HttpClient.newHttpClient());

        int requests = 300;
        for (int i = 0; i < requests; i++) {
            get(SERVICE + "/");
        }

        double expected = requests / 3.0;
        double chiSquare = pods.all().stream()
                .mapToDouble(pod -> Math.pow(pod.requests().size() - expected, 2) / expected)
                .sum();
        assertThat(chiSquare).isLessThan(13.8); // 2 degrees of freedom, p = 0.001
    }

    @Test
    void connectionsToAPodAreKeptAndUsedAgain() throws Exception {
        for (int i = 0; i < 12; i++) {
            get(SERVICE + "/");
        }

        assertThat(pods).allSatisfy(pod -> {
            assertThat(pod.requests()).hasSize(4);
            assertThat(pod.accepts()).isEqualTo(1);
        });
        assertThat(total(Backend::succeeded)).isEqualTo(12);
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void aConnectionThatThePodClosedIsReplacedUnnoticed() throws Exception {
        get(SERVICE + "/");
        get(SERVICE + "/");
        get(SERVICE + "/");
        pods.forEach(LoopbackPod::closeIdle);
        await().atMost(SOON).until(() -> pods.all().stream().allMatch(pod -> pod.connections() == 0));

        for (int i = 0; i < 3; i++) {
            assertThat(get(SERVICE + "/").statusCode()).isEqualTo(200);
        }

        assertThat(total(Backend::failed)).isZero();
    }

    @Test
    void bodiesArriveWholeAndBackWithEveryKindOfPublisher() throws Exception {
        String text = "x".repeat(200_000);
        var chunked = BodyPublishers.fromPublisher(BodyPublishers.ofString(text));

        var response = http.send(request(SERVICE + "/").PUT(chunked).build(), BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo(text);
        assertThat(post(SERVICE + "/", text).body()).isEqualTo(text);
    }

    @Test
    void theUsersProxyIsRespected() throws Exception {
        try (var proxy = LoopbackPods.start(1)) {
            over(HttpClient.newBuilder()
                    .proxy(ProxySelector.of(proxy.get(0).address()))
                    .build());

            get(SERVICE + "/");

            assertThat(proxy.get(0).request().target()).isEqualTo(SERVICE + "/");
            assertThat(pods.accepts()).isZero();
        }
    }

    @Test
    void gettersAnswerAsTheWrappedClient() {
        var client = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(7))
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();

        over(client);

        assertThat(http.connectTimeout()).isEqualTo(client.connectTimeout());
        assertThat(http.followRedirects()).isEqualTo(client.followRedirects());
        assertThat(http.version()).isEqualTo(client.version());
        assertThat(http.sslContext()).isSameAs(client.sslContext());
        assertThat(http.cookieHandler()).isEmpty();
        assertThat(http.authenticator()).isEmpty();
        assertThat(http.executor()).isEmpty();
        assertThat(http.proxy()).isEmpty();
    }

    @Test
    void absoluteFormCanBeRefused() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        http = OnehopHttpClient.builder(HttpClient.newHttpClient(), onehop)
                .absoluteForm(false)
                .build();
        discovery.set(
                Service.builder("shop", "api-service")
                        .clusterIp("127.0.77.1")
                        .port("http", clusterIp.port())
                        .build(),
                LoopbackPods.slices(pods.all()));

        var response = get(SERVICE + ":" + clusterIp.port() + "/");

        assertThat(response.body()).startsWith(ORIGIN_FORM ? "pod-" : "cluster-ip");
        assertThat(response.headers().firstValue("Seen-Line")).contains("GET / HTTP/1.1");
    }
}
