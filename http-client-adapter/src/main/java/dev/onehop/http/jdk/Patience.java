package dev.onehop.http.jdk;

import java.net.URI;
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

    /** The same over TLS, whose handshake costs a pod several milliseconds of processor time, of which it may have little. */
    private static final Duration LEAST_OVER_TLS = Duration.ofMillis(300);

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
        if (connectTimeout.isEmpty()) {
            return this;
        }
        long nowNanos = System.nanoTime();
        Duration asked = connectTimeout.get();
        return asked.compareTo(leftAt(nowNanos)) < 0 ? new Patience(nowNanos + asked.toNanos()) : this;
    }

    /**
     * This, or what a connect has that begins now and may take {@code least}, whichever is longer: a busy machine may have
     * taken all of it before there was anything to dial.
     *
     * @param callers what is not to be exceeded
     */
    Patience orAfter(Duration least, Patience callers) {
        Patience anew = callers.within(Optional.of(least));
        return anew.deadlineNanos - deadlineNanos > 0 ? anew : this;
    }

    /**
     * How long a dial may take that has a {@code share} of it: over TLS as long as a healthy pod may need, or two thirds of
     * what is left, so that some is left for another pod.
     */
    Duration ofDial(URI uri, Duration share) {
        if (!PodForm.isHttps(uri)) {
            return share;
        }
        long most = left().toNanos() / 3 * 2;
        Duration fair = Duration.ofNanos(Math.min(most, LEAST_OVER_TLS.toNanos()));
        return share.compareTo(fair) < 0 ? fair : share;
    }

    /** What is left of it, more than zero. */
    Duration left() {
        return leftAt(System.nanoTime());
    }

    /** {@link #left} for callers that have just asked for the time. */
    Duration leftAt(long nowNanos) {
        return Duration.ofNanos(Math.max(1, deadlineNanos - nowNanos));
    }

    boolean isOver() {
        return isOverAt(System.nanoTime());
    }

    /** {@link #isOver} for callers that have just asked for the time. */
    boolean isOverAt(long nowNanos) {
        return deadlineNanos - nowNanos <= 0;
    }

    /** A copy of {@code original} that has what is left, if it was given a time at all. */
    HttpRequest.Builder timed(HttpRequest original) {
        HttpRequest.Builder copy = HttpRequest.newBuilder(original, (name, value) -> true);
        return original.timeout().isPresent() ? copy.timeout(left()) : copy;
    }

    /**
     * Whether it was the request's timeout that ended a dial, or a share of the time too short to be fair, and not the pod's
     * silence. The JDK reports all as the same exception, so the time tells: what the caller had and gave, for a machine that
     * stalls makes every patience last long, and what passed.
     */
    static boolean isCallersHaste(Throwable failure, Duration had, Duration lasted, HttpClient client) {
        if (!(failure instanceof HttpTimeoutException)) {
            return false;
        }
        Duration given = client.connectTimeout().orElse(NO_TIMEOUT);
        Duration patience = failure instanceof HttpConnectTimeoutException ? given.minus(EARLY) : Duration.ZERO;
        Duration least = NamedTls.isOf(client) ? LEAST_OVER_TLS : LEAST;
        return had.compareTo(least) < 0
                || given.compareTo(least) < 0
                || lasted.compareTo(patience) < 0
                || lasted.compareTo(least.minus(EARLY)) < 0;
    }
}
