package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Signal;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets at pods; the pom's second surefire execution sets the flag that they need. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class WebSocketTest extends WebSocketFixture {

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
}
