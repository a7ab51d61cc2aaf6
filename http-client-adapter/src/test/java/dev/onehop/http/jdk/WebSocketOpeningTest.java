package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** How WebSockets are opened, and what becomes of those that are not. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class WebSocketOpeningTest extends WebSocketFixture {

    /** Of which each of three pods has 167 ms. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final int TRIES = 30;

    @Test
    void aPodThatRefusesIsReplaced() throws Exception {
        WebSocketPod gone = pod("gone");
        service("api-service", gone.port(), pod("pod-2").port());
        gone.close();

        for (int i = 0; i < 3; i++) {
            open(WS).sendText("seven", true).join();
            assertThat(heard.next()).isEqualTo("pod-2 seven");
        }
    }

    @Test
    void f12_theConnectTimeoutHoldsForAllDialsTogether() throws Exception {
        LoopbackPods pods = closing(LoopbackPods.start(3));
        pods.forEach(LoopbackPod::blackHole);
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));
        over(client().connectTimeout(Duration.ofMillis(600)).build());
        long began = System.nanoTime();

        assertThatThrownBy(() -> open("ws://api-service.shop")).hasCauseInstanceOf(HttpConnectTimeoutException.class);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1_600));
    }

    @Test
    void aTlsHandshakeThatIsSlowIsWaitedForAsLongAsTheConnectTimeoutAllows() throws Exception {
        var ports = new int[3];
        for (int i = 0; i < 3; i++) {
            WebSocketPod pod = closing(new WebSocketPod("pod", api.server()));
            pod.slowBy(Duration.ofMillis(200));
            ports[i] = pod.port();
        }
        service("api-service", ports);

        int tries = 1;
        while (!isOpened() && tries < TRIES) { // a machine that stalls makes handshakes slower still
            tries++;
        }

        assertThat(tries).as("tries until one was opened").isLessThan(TRIES);
    }

    @Test
    void noPodIsBlamedForADialThatIsTooShortForATlsHandshake() throws Exception {
        var ports = new int[3];
        for (int i = 0; i < 3; i++) {
            ports[i] = closing(new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})))
                    .getLocalPort();
        }
        service("api-service", ports);

        assertThat(isOpened()).isFalse();

        assertThat(balancer().tally().started()).isPositive();
        assertThat(balancer().tally().failed(Signal.CONNECT_TIMEOUT))
                .as("the first had 300 ms")
                .isLessThanOrEqualTo(1);
    }

    private boolean isOpened() {
        over(client().connectTimeout(SHORT).build());
        try {
            open(WSS);
            return true;
        } catch (CompletionException late) {
            return false;
        }
    }

    @Test
    void anAnswerThatIsNoWebSocketIsTheCallersAndIsJudged() throws Exception {
        LoopbackPods pods = plain(PodResponse.of(503, "no").with("Retry-After", "1"));

        assertThatThrownBy(() -> open("ws://api-service.shop/orders"))
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .satisfies(e -> {
                    var response = ((WebSocketHandshakeException) e.getCause()).getResponse();
                    assertThat(response.statusCode()).isEqualTo(503);
                    assertThat(response.uri()).isEqualTo(URI.create("http://api-service.shop/orders"));
                });

        assertThat(pods.requests()).isEqualTo(1);
        assertThat(balancer80().tally().inFlight()).isZero();
        assertThat(balancer80().tally().failed(Signal.BUSY)).isEqualTo(1);
    }

    @Test
    void aResetOfTheOpeningHandshakeIsTriedNowhereElse() throws Exception {
        LoopbackPods pods = plain(PodResponse.of(200, ""));
        pods.forEach(LoopbackPod::resetAfterRequest);

        assertThatThrownBy(() -> open("ws://api-service.shop/")).hasCauseInstanceOf(IOException.class);

        assertThat(balancer80().tally().started()).isEqualTo(1);
        assertThat(balancer80().tally().failed(Signal.RESET)).isEqualTo(1);
        assertThat(pods.all()).filteredOn(pod -> !pod.requests().isEmpty()).hasSize(1);
    }

    @Test
    void whereRedirectsAreFollowedTheWrappedClientStartsAfresh() throws Exception {
        WebSocketPod there = pod("there");
        LoopbackPods pods = plain(
                PodResponse.of(302, "").with("Location", "http://foreign.example:" + there.port() + "/elsewhere"));
        over(client().followRedirects(HttpClient.Redirect.NORMAL).build());

        assertThatThrownBy(() -> open("ws://api-service.shop/")).isInstanceOf(CompletionException.class);

        assertThat(pods.requests()).as("then it has no ClusterIP to go to").isEqualTo(1);
        assertThat(balancer80().tally().fallbacks(FallbackReason.PROTOCOL_UNSUPPORTED))
                .isEqualTo(1);
        assertThat(balancer80().tally().inFlight()).isZero();
    }

    @Test
    void aClientWithCookiesOfItsOwnIsLeftAlone() throws Exception {
        LoopbackPods pods = plain(PodResponse.of(200, ""));
        over(client().cookieHandler(new CookieManager()).build());

        assertThatThrownBy(() -> open("ws://api-service.shop/")).isInstanceOf(CompletionException.class);

        assertThat(pods.requests()).isZero();
        assertThat(balancer80().tally().fallbacks(FallbackReason.PROTOCOL_UNSUPPORTED))
                .isEqualTo(1);
    }

    @Test
    void whatTheJdkRefusesItRefusesInItsOwnWords() throws Exception {
        service("api-service", pod("pod-1").port());
        var listener = new Silent();

        assertThat(http.newWebSocketBuilder().buildAsync(URI.create(WS + "/#part"), listener))
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(http.newWebSocketBuilder().connectTimeout(Duration.ZERO).buildAsync(URI.create(WS), listener))
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(http.newWebSocketBuilder().header("Sec-WebSocket-Key", "x").buildAsync(URI.create(WS), listener))
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(balancer().tally().inFlight()).isZero();
        assertThat(balancer().tally().failed()).isZero();
    }

    @Test
    void cancellingItBlamesNobody() throws Exception {
        LoopbackPods pods = plain(PodResponse.of(200, ""));
        pods.forEach(LoopbackPod::stall);
        CompletableFuture<WebSocket> opening =
                http.newWebSocketBuilder().buildAsync(URI.create("ws://api-service.shop/"), new Silent());
        await().atMost(SOON).until(() -> pods.requests() == 1);

        opening.cancel(true);

        await().atMost(SOON).until(() -> balancer80().tally().inFlight() == 0);
        assertThat(balancer80().tally().failed()).isZero();
    }

    @Test
    void aClosedClientOpensNone() throws Exception {
        service("api-service", pod("pod-1").port());
        http.shutdownNow();

        assertThatThrownBy(() -> open(WS)).hasRootCauseMessage("OnehopHttpClient is closed");
    }
}
