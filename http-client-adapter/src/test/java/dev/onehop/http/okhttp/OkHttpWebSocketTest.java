package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.Test;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** A WebSocket to a pod. */
class OkHttpWebSocketTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());

    @Test
    void itIsInFlightAsLongAsItsConnectionAndForgottenWithIt() throws Exception {
        LoopResources loops = LoopResources.create("ws-pod", 1, true);
        DisposableServer server = HttpServer.create()
                .runOn(loops)
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.ws(
                        "/ws", (in, out) -> out.sendString(in.receive().asString())))
                .bindNow(SOON);
        try (Onehop onehop = LoopbackPods.onehop(discovery).build()) {
            discovery.set(
                    LoopbackPods.service(),
                    EndpointSlice.of(
                            LoopbackPods.API,
                            "api-1",
                            List.of(new SlicePort("http", Protocol.TCP, server.port())),
                            List.of(Endpoint.builder("127.0.0.1").build())));
            OkHttpClient client =
                    OnehopOkHttp.on(new OkHttpClient.Builder(), onehop).build();
            var echoed = new CompletableFuture<String>();
            WebSocket socket = client.newWebSocket(
                    new Request.Builder().url("ws://api-service.shop/ws").build(), new WebSocketListener() {
                        @Override
                        public void onMessage(WebSocket from, String text) {
                            echoed.complete(text);
                        }
                    });
            socket.send("hello");
            Balancer balancer = onehop.forHost("api-service.shop", 80).orElseThrow();

            assertThat(echoed.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(balancer.tally().inFlight()).isEqualTo(1);

            socket.close(1000, null);
            await().atMost(SOON).until(() -> balancer.connections() == 0);
            assertThat(balancer.tally().inFlight()).isZero();
            assertThat(balancer.tally().failed()).isZero();
            client.dispatcher().executorService().shutdownNow();
        } finally {
            server.disposeNow(SOON);
            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(SOON);
        }
    }
}
