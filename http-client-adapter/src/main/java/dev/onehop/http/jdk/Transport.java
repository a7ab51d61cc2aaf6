package dev.onehop.http.jdk;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a call waits: on the caller's thread for {@code send}, not at all for {@code sendAsync}. */
interface Transport {

    /** On the caller's thread: what it returns has completed. */
    Transport BLOCKING = new Transport() {
        @Override
        public <T> CompletableFuture<HttpResponse<T>> send(
                HttpClient client, HttpRequest request, BodyHandler<T> handler) {
            try {
                return CompletableFuture.completedFuture(client.send(request, handler));
            } catch (IOException | InterruptedException | RuntimeException e) {
                return CompletableFuture.failedFuture(e); // an interrupt goes up as itself, as from HttpClient.send
            }
        }

        @Override
        public CompletableFuture<Void> await(CompletionStage<?> event, Duration atMost) {
            try {
                event.toCompletableFuture().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
                return CompletableFuture.completedFuture(null);
            } catch (TimeoutException late) {
                return CompletableFuture.completedFuture(null);
            } catch (InterruptedException e) {
                return CompletableFuture.failedFuture(e);
            } catch (ExecutionException e) {
                return CompletableFuture.failedFuture(e.getCause() == null ? e : e.getCause());
            }
        }
    };

    /** Sends. Where the client throws, the future fails. */
    <T> CompletableFuture<HttpResponse<T>> send(HttpClient client, HttpRequest request, BodyHandler<T> handler);

    /** Completes after {@code event}, or without it when that takes too long. */
    CompletableFuture<Void> await(CompletionStage<?> event, Duration atMost);

    /** Without blocking; goes on after {@link #await} on {@code executor}, not on the thread of the event. */
    static Transport async(Executor executor) {
        return new Transport() {
            @Override
            public <T> CompletableFuture<HttpResponse<T>> send(
                    HttpClient client, HttpRequest request, BodyHandler<T> handler) {
                return client.sendAsync(request, handler);
            }

            @Override
            public CompletableFuture<Void> await(CompletionStage<?> event, Duration atMost) {
                return event.toCompletableFuture()
                        .orTimeout(atMost.toNanos(), TimeUnit.NANOSECONDS)
                        .handleAsync((happened, late) -> null, executor);
            }
        };
    }

    /** As the JDK's client says it. */
    static HttpTimeoutException timedOut() {
        return new HttpTimeoutException("request timed out");
    }
}
