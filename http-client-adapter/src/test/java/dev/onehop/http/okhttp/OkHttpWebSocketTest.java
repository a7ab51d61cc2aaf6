package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Retirement;
import dev.onehop.http.contract.Http2Pod;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A WebSocket to a pod. */
class OkHttpWebSocketTest extends PodsFixture {

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Test
    void itIsInFlightAsLongAsItsConnectionAndForgottenWithIt() throws Exception {
        Http2Pod pod = pod("pod-1", false);
        published(API, 80, pod.slice(API, false));
        WebSocket socket = webSocket(https(), "ws://api-service.shop/ws");

        assertThat(balancer(80).tally().inFlight()).isEqualTo(1);

        endsAndIsForgotten(socket, 80);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itLivesOnOverAPooledConnectionWhenItsPodLeaves(boolean tls) throws Exception {
        int port = tls ? 443 : 80;
        String host = "//api-service.shop";
        Http2Pod leaving = pod("pod-1", tls);
        Http2Pod staying = pod("pod-2", tls);
        published(API, port, leaving.slice(API, false));
        OkHttpClient client = https(it -> it.protocols(List.of(Protocol.HTTP_1_1)));
        assertThat(get(client, (tls ? "https:" : "http:") + host)).isEqualTo("HTTP_1_1 pod-1");
        WebSocket socket = webSocket(client, (tls ? "wss:" : "ws:") + host + "/ws");
        assertThat(leaving.accepts()).isEqualTo(1);

        published(API, port, leaving.slice(API, true), staying.slice(API, false));
        await().atMost(SOON).until(() -> balancer(port).tally().retirements(Retirement.LEFT) == 1);
        assertThat(get(client, (tls ? "https:" : "http:") + host)).isEqualTo("HTTP_1_1 pod-2");

        assertThat(balancer(port).tally().inFlight()).isEqualTo(1);
        socket.send("still there");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("still there");
        client.connectionPool().evictAll();
        endsAndIsForgotten(socket, port);
    }

    @Test
    void oneThatIsRefusedEndsAndLeavesItsConnectionToOthers() throws Exception {
        Http2Pod pod = pod("pod-1", false);
        published(API, 80, pod.slice(API, false));
        OkHttpClient client = https(it -> it.protocols(List.of(Protocol.HTTP_1_1)));

        client.newWebSocket(
                new Request.Builder().url("ws://api-service.shop/no").build(), listener());

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("failed");
        await().atMost(SOON).until(() -> balancer(80).tally().succeeded() == 1);
        assertThat(balancer(80).tally().inFlight()).isZero();
    }

    private WebSocket webSocket(OkHttpClient client, String url) throws InterruptedException {
        WebSocket socket = client.newWebSocket(new Request.Builder().url(url).build(), listener());
        socket.send("hello");
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
        return socket;
    }

    private WebSocketListener listener() {
        return new WebSocketListener() {
            @Override
            public void onMessage(WebSocket from, String text) {
                heard.add(text);
            }

            @Override
            public void onFailure(WebSocket from, Throwable failure, @Nullable Response response) {
                heard.add("failed");
            }
        };
    }

    private void endsAndIsForgotten(WebSocket socket, int port) {
        socket.close(1000, null);
        await().atMost(SOON).until(() -> balancer(port).connections() == 0);
        assertThat(balancer(port).tally().inFlight()).isZero();
        assertThat(balancer(port).tally().failed()).isZero();
    }
}
