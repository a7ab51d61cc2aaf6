package dev.onehop.http.jdk;

import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * The caller's time: {@code request.timeout()}, counted from the call's beginning, over all its hops and dials.
 *
 * <p>Immutable.
 */
record Patience(long deadlineNanos) {

    private static final Duration NO_TIMEOUT = Duration.ofDays(365);

    /** A healthy pod may need this long, so an earlier end of the caller's time says nothing about it. */
    private static final Duration LEAST = Duration.ofMillis(100);

    /** How much too early the JDK's timers, which count in milliseconds, may be. */
    private static final Duration EARLY = Duration.ofMillis(10);

    /** What a call that was given {@code asked} has from now on. */
    static Patience of(Optional<Duration> asked) {
        Duration timeout =
                asked.filter(given -> given.compareTo(NO_TIMEOUT) < 0).orElse(NO_TIMEOUT);
        return new Patience(System.nanoTime() + timeout.toNanos());
    }

    /** What a connect that begins now has: {@code connectTimeout} where there is one, inside the caller's time. */
    Patience within(Optional<Duration> connectTimeout) {
        Duration left = left();
        return connectTimeout
                .filter(asked -> asked.compareTo(left) < 0)
                .map(asked -> new Patience(System.nanoTime() + asked.toNanos()))
                .orElse(this);
    }

    /** What is left of it, more than zero. */
    Duration left() {
        return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    }

    boolean isOver() {
        return deadlineNanos - System.nanoTime() <= 0;
    }

    /** A copy of {@code original} that has what is left, if it was given a time at all. */
    HttpRequest.Builder timed(HttpRequest original) {
        HttpRequest.Builder copy = HttpRequest.newBuilder(original, (name, value) -> true);
        return original.timeout().isPresent() ? copy.timeout(left()) : copy;
    }

    /**
     * Whether it was the request's timeout that ended a dial, and not the pod's silence. The JDK reports both as the same
     * exception, so the time tells: what the caller had, for a machine that stalls makes every patience last long, and what
     * passed.
     */
    static boolean isCallersHaste(Throwable failure, Duration had, Duration lasted, HttpClient client) {
        if (!(failure instanceof HttpTimeoutException)) {
            return false;
        }
        Duration patience = failure instanceof HttpConnectTimeoutException
                ? client.connectTimeout().orElse(NO_TIMEOUT).minus(EARLY)
                : Duration.ZERO;
        return had.compareTo(LEAST) < 0 || lasted.compareTo(patience) < 0 || lasted.compareTo(LEAST.minus(EARLY)) < 0;
    }
}
