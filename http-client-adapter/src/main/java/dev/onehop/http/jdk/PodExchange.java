package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import dev.onehop.health.Signal;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Watches one request to one pod: whether any of it may have been sent, and how the attempt ends. The attempt lasts until
 * the response body does, which for streamed bodies is long after the caller got the response.
 *
 * <p>Driven by the client's threads, one step after the other.
 */
final class PodExchange<T> implements BodyHandler<T> {

    /** Bytes of a body nobody wants that are read to keep the connection; a longer one costs more than a new connect. */
    private static final long WORTH_READING = 1024;

    /** What {@code ofByteArray()} and {@code ofString()} are in this JDK. */
    private static final Class<?> READ_WHOLE = BodySubscribers.ofByteArray().getClass();

    private final Attempt attempt;
    private final BodyHandler<T> handler;
    private final Continuation<T> continuation;
    private volatile boolean bodyAskedFor;
    private volatile boolean answered;
    private volatile @Nullable Hop<T> next;
    private volatile @Nullable Whole whole;

    /** Says what a response leads to; null when it is for the caller. */
    interface Continuation<T> {
        @Nullable Hop<T> next(int status, HttpHeaders headers);
    }

    PodExchange(Attempt attempt, BodyHandler<T> handler, Continuation<T> continuation) {
        this.attempt = attempt;
        this.handler = handler;
        this.continuation = continuation;
    }

    /**
     * Whether the pod may have got some of the request, so that nobody else may get it. When a pod ends the connection
     * instead of the TLS handshake, the JDK asks for the body all the same and then reports the handshake; what goes wrong
     * with TLS after the handshake {@link OneHandshake} tells apart, whether there is a body or not.
     *
     * @param failure how the request ended
     */
    boolean hasBegun(Throwable failure) {
        return answered
                || AfterHandshakeException.in(failure).isPresent()
                || (bodyAskedFor && !(failure instanceof SSLHandshakeException));
    }

    /** Ends the attempt of a request that has begun. */
    void failed(Throwable failure) {
        failed(attempt, failure);
    }

    /** As the other, of {@code attempt}. */
    static void failed(Attempt attempt, Throwable failure) {
        if (AfterHandshakeException.in(failure)
                .filter(AfterHandshakeException::isClientRefused)
                .isPresent()) {
            attempt.failed(Signal.TLS_CLIENT_REFUSED);
        } else {
            attempt.failed(failure);
        }
    }

    /** The client has the response: with it the body's end, where the body is read whole. */
    void succeeded() {
        Whole read = whole;
        if (read != null) {
            attempt.answered(read.status(), read.retryAfter());
        }
    }

    /** What the response led to; null when it is for the caller. */
    @Nullable Hop<T> next() {
        return next;
    }

    /** {@code body}, noticed when the client begins to send it: after the connection is made, TLS aside. */
    BodyPublisher watching(BodyPublisher body) {
        return new BodyPublisher() {
            @Override
            public long contentLength() {
                return body.contentLength();
            }

            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
                bodyAskedFor = true;
                body.subscribe(subscriber);
            }
        };
    }

    @Override
    public BodySubscriber<T> apply(ResponseInfo response) {
        answered = true;
        attempt.connected();
        try {
            Hop<T> leads = continuation.next(response.statusCode(), response.headers());
            if (leads != null) {
                next = leads;
                attempt.succeeded();
                return new Unread<>(
                        response.headers().firstValueAsLong("Content-Length").orElse(Long.MAX_VALUE) <= WORTH_READING);
            }
            BodySubscriber<T> body = Objects.requireNonNull(handler.apply(response), "what the body handler returned");
            Duration retryAfter = response.statusCode() < 300 ? null : retryAfter(response.headers());
            if (body.getClass() == READ_WHOLE) {
                whole = new Whole(response.statusCode(), retryAfter);
                return body;
            }
            return new Watched<>(attempt, response.statusCode(), retryAfter, body);
        } catch (RuntimeException | Error callersOwn) {
            attempt.close(); // the pod has no part in it
            throw callersOwn;
        }
    }

    /** Null without the header; where nobody understands what it says, as if it did not say for how long. */
    static @Nullable Duration retryAfter(HttpHeaders headers) {
        return headers.firstValue("Retry-After")
                .map(value -> RetryAfter.parse(value, Instant.now()).orElse(Cooling.UNSAID))
                .orElse(null);
    }

    /**
     * The answer that comes with a body which the JDK itself reads to its end, before it gives the response to anybody. It
     * needs no watching, for which the JDK would take another thread: it trusts nobody's subscribers not to block but its own.
     */
    private record Whole(int status, @Nullable Duration retryAfter) {}

    /**
     * The body of a response that leads to a next hop. Nobody waits for it, so a pod that is slow to send it cannot hold
     * up the call.
     */
    private record Unread<T>(boolean keepsConnection) implements BodySubscriber<T> {

        @Override
        public CompletionStage<T> getBody() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            if (keepsConnection) {
                subscription.request(Long.MAX_VALUE);
            } else {
                subscription.cancel();
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            // not wanted
        }

        @Override
        public void onError(Throwable failure) {
            // the next hop has begun
        }

        @Override
        public void onComplete() {
            // the next hop has begun
        }
    }

    /** Ends the attempt with the body, just before the caller learns of it; its status says how the pod did. */
    private record Watched<T>(
            Attempt attempt, int status, @Nullable Duration retryAfter, BodySubscriber<T> subscriber)
            implements BodySubscriber<T> {

        @Override
        public CompletionStage<T> getBody() {
            return subscriber.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    subscription.request(n);
                }

                @Override
                public void cancel() {
                    attempt.close();
                    subscription.cancel();
                }
            });
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            subscriber.onNext(buffers);
        }

        @Override
        public void onError(Throwable failure) {
            attempt.failed(failure);
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            attempt.answered(status, retryAfter);
            subscriber.onComplete();
        }
    }
}
