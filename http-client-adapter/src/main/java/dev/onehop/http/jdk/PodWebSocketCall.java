package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.service.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket on its way to a pod: another pod is tried as long as none has been connected to. Its opening handshake is a
 * request like others; what comes after it is a {@link PodWebSocket}.
 *
 * <p>Cancelled from any thread; everything else follows one step after the other.
 */
final class PodWebSocketCall {

    private final Setup setup;
    private final PodWebSocketBuilder.Asked asked;
    private final URI http;
    private final WebSocket.Listener listener;
    private final Patience patience;
    private final UnderWay underWay = new UnderWay();

    PodWebSocketCall(Setup setup, PodWebSocketBuilder.Asked asked, WebSocket.Listener listener) {
        this.setup = setup;
        this.asked = asked;
        this.http = asked.overHttp().orElseThrow();
        this.listener = listener;
        this.patience = Patience.of(Optional.ofNullable(asked.timeout()));
    }

    /** Where a dial led: to a WebSocket, or to a failure that no other pod may mend. */
    private record Opened(CompletableFuture<WebSocket> result) {

        static Opened failed(Throwable failure) {
            return new Opened(CompletableFuture.failedFuture(failure));
        }
    }

    CompletableFuture<WebSocket> to(Balancer balancer) {
        try {
            setup.calls().begin();
        } catch (IOException closed) {
            return CompletableFuture.failedFuture(closed);
        }
        var result = new CallFuture<WebSocket>(underWay::cancel);
        Patience connecting = patience.within(setup.wrapped().connectTimeout());
        var unused = balancer.<Opened>connectAsync(
                        connecting.left(), (picked, share) -> dial(picked, connecting.ofDial(http, share)))
                .thenCompose(Opened::result)
                .whenComplete((opened, failure) -> {
                    setup.calls().end();
                    if (failure != null) {
                        result.completeExceptionally(Failures.asTheJdkSaysIt(Failures.unwrapped(failure), patience));
                    } else if (!result.complete(opened)) {
                        opened.abort(); // nobody waits for it
                    }
                });
        return result;
    }

    private CompletionStage<Opened> dial(Attempt picked, Duration share) {
        underWay.goesTo(picked);
        if (underWay.isCancelled()) {
            picked.close();
            return CompletableFuture.failedFuture(new CancellationException());
        }
        if (picked.fallback().isPresent()) {
            return elsewhere().handle((opened, failure) -> {
                picked.close();
                return failure == null
                        ? new Opened(CompletableFuture.completedFuture(opened))
                        : Opened.failed(Failures.explained(picked, Failures.unwrapped(failure)));
            });
        }
        var conversation = new PodWebSocket.Conversation(picked, listener);
        long beganNanos = System.nanoTime();
        Duration had = patience.left();
        HttpClient client;
        CompletableFuture<WebSocket> sent;
        try {
            client = setup.pods().forDial(http, share, had);
            sent = opening(client).buildAsync(at(picked.address()), conversation);
        } catch (IOException | RuntimeException notSent) {
            picked.close();
            return CompletableFuture.completedFuture(Opened.failed(notSent));
        }
        return underWay.waitsFor(sent).handle((opened, thrown) -> {
            if (thrown == null) {
                return new Opened(CompletableFuture.completedFuture(conversation.of(opened)));
            }
            Throwable failure = Failures.unwrapped(thrown);
            if (underWay.isCancelled() || failure instanceof RuntimeException) {
                picked.close(); // the pod has no part in it
            }
            if (failure instanceof WebSocketHandshakeException refused) {
                return refused(picked, refused);
            }
            if (failure instanceof RuntimeException
                    || AfterHandshakeException.in(failure).isPresent()) {
                PodExchange.failed(picked, failure);
                return Opened.failed(failure);
            }
            if (Patience.isCallersHaste(failure, had, Duration.ofNanos(System.nanoTime() - beganNanos), client)) {
                picked.close();
            }
            throw new CompletionException(failure);
        });
    }

    /** The pod has answered otherwise; where the wrapped client follows redirects, it may start afresh. */
    private Opened refused(Attempt picked, WebSocketHandshakeException refused) {
        HttpResponse<?> response = refused.getResponse();
        picked.connected();
        picked.answered(response.statusCode(), PodExchange.retryAfter(response.headers()));
        HttpRequest request = HttpRequest.newBuilder(http).build();
        if (setup.redirects()
                .next(request, response.statusCode(), response.headers(), 0)
                .isPresent()) {
            setup.bypass(http);
            return new Opened(elsewhere());
        }
        var seen = new WebSocketHandshakeException(new ServiceResponse<>(response, request, null));
        seen.initCause(refused.getCause());
        return Opened.failed(seen);
    }

    /** By the wrapped client. */
    private CompletableFuture<WebSocket> elsewhere() {
        return underWay.waitsFor(asked.by(setup.wrapped(), within()).buildAsync(asked.uri(), listener));
    }

    private WebSocket.Builder opening(HttpClient client) {
        WebSocket.Builder builder = asked.by(client, within());
        return asked.namesHost() ? builder : builder.header("Host", OriginForm.host(http));
    }

    private @Nullable Duration within() {
        return asked.timeout() == null ? null : patience.left();
    }

    private URI at(InetSocketAddress pod) {
        String onWire = PodForm.onWire(http, IpAddress.of(pod.getAddress()).withPort(pod.getPort()))
                .toString();
        return URI.create("ws" + onWire.substring("http".length()));
    }
}
