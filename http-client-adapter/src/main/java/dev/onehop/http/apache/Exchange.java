package dev.onehop.http.apache;

import dev.onehop.Attempt;
import dev.onehop.health.Classifier;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import dev.onehop.health.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection to a Service, and how its pod did. The first ending counts: the body's end, what broke, or
 * the caller's leaving. After an answer that the client may follow on the same connection, the exchange lasts until the next
 * one or the release, lest the connection counts as idle and is closed under the client.
 *
 * <p>Shared: safe from any thread.
 */
final class Exchange {

    /** A pod that had closed the connection before says so within a round trip; one that takes longer was at work. */
    private static final long AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Redirects, and challenges to say who one is. */
    private static final Set<Integer> FOLLOWED = Set.of(301, 302, 303, 307, 308, 401, 407);

    private final Attempt attempt;
    private final boolean onUsedConnection;
    private final long beganNanos = System.nanoTime();
    private volatile @Nullable HttpResponse answer;
    private volatile boolean complete;
    private volatile boolean ended;

    /** @param onUsedConnection whether the connection has carried an exchange before */
    Exchange(Attempt attempt, boolean onUsedConnection) {
        this.attempt = attempt;
        this.onUsedConnection = onUsedConnection;
    }

    /** The head of the final response has come. */
    void answered(HttpResponse response) {
        answer = response;
    }

    boolean hasAnswer() {
        return answer != null;
    }

    boolean hasEnded() {
        return ended;
    }

    /** The response has come to its end; without one, the caller has left. */
    void completed() {
        HttpResponse response = answer;
        complete = response != null;
        if (response == null || !FOLLOWED.contains(response.getCode())) {
            over();
        }
    }

    /** The client goes on to another exchange, or needs the connection no more. */
    void over() {
        ended = true;
        HttpResponse response = answer;
        if (response == null) {
            attempt.close();
        } else {
            attempt.answered(response.getCode(), retryAfter(response));
        }
    }

    /** The caller has left, unless the response has come to its end. */
    void abandoned() {
        if (complete) {
            over();
        } else {
            ended = true;
            attempt.close();
        }
    }

    /**
     * Something broke.
     *
     * @return what that says of the pod; null where it is for core's classifier to tell
     */
    @Nullable Signal failed(Throwable failure) {
        if (complete) {
            over();
            return null;
        }
        ended = true;
        Signal signal = Breaks.signal(failure);
        if (signal == null) {
            Signal plain = Classifier.standard().ofFailure(failure);
            Signal says = Breaks.ofExchange(plain, failure);
            if (says == plain) {
                attempt.failed(failure);
                return null;
            }
            attempt.failed(says);
            return says;
        }
        boolean stale = signal == Signal.RESET
                && onUsedConnection
                && answer == null
                && Breaks.isClosed(failure)
                && System.nanoTime() - beganNanos < AT_ONCE_NANOS;
        Signal says = stale ? Signal.STALE_CONNECTION : signal;
        attempt.failed(says);
        return says;
    }

    /** Null without the header; where nobody understands what it says, as if it did not say for how long. */
    private static @Nullable Duration retryAfter(HttpResponse response) {
        Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        return header == null
                ? null
                : RetryAfter.parse(header.getValue(), Instant.now()).orElse(Cooling.UNSAID);
    }
}
