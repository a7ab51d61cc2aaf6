package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.net.URI;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Pods that speak WebSocket, and one that is opened at them and heard. */
abstract class WebSocketFixture extends HttpsFixture {

    static final String WS = "ws://api-service.shop:443";
    static final String WSS = "wss://api-service.shop";

    final Heard heard = new Heard();

    WebSocketPod pod(String name) throws Exception {
        return closing(new WebSocketPod(name, null));
    }

    /** Two pods behind port 80 that speak plain HTTP and answer this. */
    LoopbackPods plain(PodResponse answer) {
        LoopbackPods pods = closing(LoopbackPods.start(2));
        pods.forEach(pod -> pod.answering(request -> answer));
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));
        return pods;
    }

    Balancer balancer80() {
        return onehop.balancer("api-service.shop:80");
    }

    WebSocket open(String url) {
        return open(url, heard);
    }

    WebSocket open(String url, WebSocket.Listener listener) {
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(url), listener)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        closing(socket::abort);
        return socket;
    }

    /** Asks for nothing. */
    static final class Silent implements WebSocket.Listener {
        @Override
        public void onOpen(WebSocket socket) {
            // and never
        }
    }

    static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        final CompletableFuture<String> ended = new CompletableFuture<>();

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
