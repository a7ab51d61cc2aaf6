package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One hop of a call, sent to one picked backend.
 *
 * <p>Its steps follow one another.
 */
record Dial<T>(
        Setup setup,
        BodyHandler<T> handler,
        Transport transport,
        Patience patience,
        UnderWay underWay,
        Ways<T> ways,
        Hop<T> hop) {

    /** The JDK's own requests, which nothing can change; what others say may differ each time they are asked. */
    private static final Class<?> BUILT =
            HttpRequest.newBuilder(URI.create("http://localhost/")).build().getClass();

    /** Where a hop may go besides a pod. */
    interface Ways<T> {
        /** By the wrapped client: to another host, or to the ClusterIP. */
        CompletionStage<HttpResponse<T>> outside(Hop<T> hop);

        /** What a response leads to; null when it is for the caller. Called when its headers are in. */
        @Nullable Hop<T> next(Hop<T> hop, int status, HttpHeaders headers);
    }

    /**
     * Sends to the picked backend. Fails only as long as the connection is not made, so that another backend may be tried;
     * what goes wrong later is an answer.
     */
    CompletionStage<Answer<T>> to(Attempt picked, Duration share) {
        underWay.goesTo(picked);
        if (underWay.isCancelled()) {
            picked.close();
            return CompletableFuture.failedFuture(new CancellationException());
        }
        if (picked.fallback().isPresent()) {
            return ways.outside(hop).handle((response, failure) -> {
                picked.close();
                return failure == null
                        ? new Answer<>(response, null, null)
                        : Answer.failed(Failures.explained(picked, Failures.unwrapped(failure)));
            });
        }
        var exchange = new PodExchange<T>(picked, handler, (status, headers) -> ways.next(hop, status, headers));
        long beganNanos = System.nanoTime();
        Duration had = patience.leftAt(beganNanos);
        HttpClient client;
        CompletableFuture<HttpResponse<T>> sent;
        try {
            client = setup.pods().forDial(hop.request().uri(), share, had);
            sent = underWay.waitsFor(send(exchange, picked.address(), client));
        } catch (IOException | RuntimeException notSent) {
            picked.close();
            return CompletableFuture.completedFuture(Answer.failed(notSent));
        }
        if (sent.isDone() && !sent.isCompletedExceptionally()) {
            return CompletableFuture.completedFuture(answered(exchange, sent.join()));
        }
        return sent.handle((response, thrown) -> {
            if (thrown == null) {
                return answered(exchange, response);
            }
            Throwable failure = Failures.unwrapped(thrown);
            if (underWay.isCancelled() || failure instanceof InterruptedException) {
                picked.close();
            }
            if (exchange.hasBegun(failure)) {
                exchange.failed(failure);
                return Answer.failed(failure);
            }
            if (Patience.isCallersHaste(failure, had, Duration.ofNanos(System.nanoTime() - beganNanos), client)) {
                picked.close();
            }
            throw new CompletionException(failure);
        });
    }

    private Answer<T> answered(PodExchange<T> exchange, HttpResponse<T> response) {
        exchange.succeeded();
        var seen = new ServiceResponse<>(response, hop.request(), hop.previous());
        Hop<T> next = exchange.next();
        return new Answer<>(seen, null, next == null ? null : next.after(seen));
    }

    private CompletableFuture<HttpResponse<T>> send(PodExchange<T> exchange, InetSocketAddress pod, HttpClient client)
            throws IOException {
        HttpRequest built = isFit() ? hop.request() : onWire(exchange, pod);
        PodForm form = setup.form();
        form.dialling(pod);
        try {
            return transport.send(client, built, exchange);
        } finally {
            form.dialled();
        }
    }

    /** Whether the request says on the wire, as it is, what a copy for it would say. */
    private boolean isFit() {
        HttpRequest request = hop.request();
        return request.getClass() == BUILT
                && request.timeout().isEmpty()
                && request.bodyPublisher().isEmpty()
                && request.version().orElse(HttpClient.Version.HTTP_1_1) == HttpClient.Version.HTTP_1_1
                && hop.authorization() == null
                && setup.cookies().handler().isEmpty()
                && setup.form().leaves(request);
    }

    private HttpRequest onWire(PodExchange<T> exchange, InetSocketAddress pod) throws IOException {
        HttpRequest.Builder onWire = patience.timed(hop.request()).version(HttpClient.Version.HTTP_1_1);
        hop.request()
                .bodyPublisher()
                .ifPresent(body -> onWire.method(hop.request().method(), exchange.watching(body)));
        setup.form().address(onWire, hop.request(), pod);
        setup.cookies().addTo(onWire, hop.request());
        if (hop.authorization() != null) {
            onWire.setHeader("Authorization", hop.authorization());
        }
        return onWire.build();
    }
}
