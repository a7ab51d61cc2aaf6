package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets at pods; the pom's second surefire execution sets the flag that they need. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class WebSocketTest extends HttpsFixture {

    private static final String WS = "ws://api-service.shop:443";
    private static final String WSS = "wss://api-service.shop";

    private final Heard heard = new Heard();

    @Test
    void itIsOpenedAtAPodAndEverythingElseIsTheServices() throws Exception {
        WebSocketPod pod = pod("pod-1");
        service("api-service", pod.port());

        WebSocket socket = http.newWebSocketBuilder()
                .header("X-Own", "mine")
                .subprotocols("v3.orders", "v2.orders")
                .connectTimeout(SOON)
                .buildAsync(URI.create(WS + "/orders?id=7"), heard)
                .get(10, TimeUnit.SECONDS);
        socket.sendText("seven", true).join();

        assertThat(heard.next()).isEqualTo("pod-1 seven");
        assertThat(socket.getSubprotocol()).isEqualTo("v2.orders");
        assertThat(pod.openings())
                .containsExactly(new WebSocketPod.Opening("/orders?id=7", "api-service.shop:443", "mine", ""));
    }

    @Test
    void theListenerAndTheFuturesSeeOneAndTheSameWebSocket() throws Exception {
        service("api-service", pod("pod-1").port());

        WebSocket socket = open(WS);

        assertThat(heard.opened.get(10, TimeUnit.SECONDS)).isSameAs(socket);
        assertThat(socket.sendText("seven", true)).succeedsWithin(SOON).isSameAs(socket);
        assertThat(socket.sendPing(ByteBuffer.allocate(1))).succeedsWithin(SOON).isSameAs(socket);
    }

    @Test
    void s07_s08_overTlsThePodShowsTheServicesCertificate() throws Exception {
        WebSocketPod wrong = closing(new WebSocketPod("wrong", other.server()));
        WebSocketPod right = closing(new WebSocketPod("right", api.server()));
        service("api-service", wrong.port(), right.port());

        for (int i = 0; i < 3; i++) {
            open(WSS).sendText("seven", true).join();
            assertThat(heard.next()).isEqualTo("right seven");
        }

        assertThat(wrong.openings()).isEmpty();
        assertThat(right.openings()).hasSize(3).allSatisfy(opening -> {
            assertThat(opening.host()).isEqualTo("api-service.shop");
            assertThat(opening.sni()).contains("api-service.shop").doesNotContain("127.0.0.1");
        });
    }

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

    @ParameterizedTest
    @CsvSource({"close, 1, 0", "vanish, 0, 0", "reset, 0, 1"})
    void theAttemptLastsUntilThePodEndsTheConversation(String how, int succeeded, int reset) throws Exception {
        service("api-service", pod("pod-1").port());
        WebSocket socket = open(WS);
        socket.sendText("seven", true).join();
        assertThat(heard.next()).isEqualTo("pod-1 seven");
        assertThat(balancer().tally().inFlight()).isEqualTo(1);

        socket.sendText(how, true).join();

        await().atMost(SOON).until(() -> balancer().tally().inFlight() == 0);
        assertThat(balancer().tally().succeeded()).isEqualTo(succeeded);
        assertThat(balancer().tally().failed(Signal.RESET)).isEqualTo(reset);
        assertThat(heard.ended).succeedsWithin(SOON);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAttemptLastsUntilItsCallerEndsTheConversation(boolean politely) throws Exception {
        service("api-service", pod("pod-1").port());
        WebSocket socket = open(WS, new Silent());
        assertThat(balancer().tally().inFlight()).isEqualTo(1);

        if (politely) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "enough").join();
        } else {
            socket.abort();
        }

        assertThat(balancer().tally().inFlight()).isZero();
        assertThat(balancer().tally().succeeded()).isEqualTo(1);
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

    private WebSocketPod pod(String name) throws Exception {
        return closing(new WebSocketPod(name, null));
    }

    /** Two pods behind port 80 that speak plain HTTP and answer this. */
    private LoopbackPods plain(PodResponse answer) {
        LoopbackPods pods = closing(LoopbackPods.start(2));
        pods.forEach(pod -> pod.answering(request -> answer));
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));
        return pods;
    }

    private Balancer balancer80() {
        return onehop.balancer("api-service.shop:80");
    }

    private WebSocket open(String url) {
        return open(url, heard);
    }

    private WebSocket open(String url, WebSocket.Listener listener) {
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(url), listener)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        closing(socket::abort);
        return socket;
    }

    /** Asks for nothing. */
    private static final class Silent implements WebSocket.Listener {
        @Override
        public void onOpen(WebSocket socket) {
            // and never
        }
    }

    private static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        private final CompletableFuture<String> ended = new CompletableFuture<>();

        @Override
        public void onOpen(WebSocket socket) {
            opened.complete(socket);
            socket.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            texts.add(data.toString());
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            ended.complete("closed " + status);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            ended.complete("broken " + failure);
        }

        String next() throws InterruptedException {
            return texts.poll(10, TimeUnit.SECONDS);
        }
    }
}
