package dev.onehop;

import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How backends are asked whether they are well, beside what their callers find out (reliability 2.11). Unless {@link #all}
 * is asked for, only ejected backends are, and those whose share is growing after their return, so it costs nothing while
 * all are well. {@link OnehopBuilder#activeCheck} says for which Service ports.
 *
 * <ul>
 *   <li>Ejected for failed connects: when its time is up, {@link #healthy} checks in a row must pass, in place of the bare
 *       connect.
 *   <li>Ejected for bad answers: {@link #healthy} passed checks in a row shorten its time, to no less than ten seconds.
 *       Two real requests decide, as always: a check need not touch what callers need.
 *   <li>Not ejected: {@link #unhealthy} failed checks in a row eject it, as far as the fleet's limits allow, and not at all
 *       while half of those checked fail otherwise than by their connects.
 * </ul>
 *
 * <p>Immutable; every change makes a new one.
 */
public final class ActiveCheck {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);

    /** A trial counts as lost after ten seconds. */
    private static final Duration LONGEST_TRIAL = Duration.ofSeconds(9);

    private final Conversation conversation;
    private final @Nullable ActiveProbe probe;
    private final Duration interval;
    private final Duration timeout;
    private final int unhealthy;
    private final int healthy;
    private final boolean all;

    private ActiveCheck(
            Conversation conversation,
            @Nullable ActiveProbe probe,
            Duration interval,
            Duration timeout,
            int unhealthy,
            int healthy,
            boolean all) {
        if (interval.toMillis() < 1 || interval.compareTo(LONGEST_INTERVAL) > 0) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: 1 ms to 1 h)");
        }
        if (unhealthy < 1 || healthy < 1) {
            throw new IllegalArgumentException(
                    "unhealthy, healthy: " + unhealthy + ", " + healthy + " (expected: at least 1)");
        }
        if (timeout.toMillis() < 1
                || timeout.compareTo(LONGEST_TRIAL) > 0
                || timeout.multipliedBy(healthy).compareTo(LONGEST_TRIAL) > 0) {
            throw new IllegalArgumentException("timeout: " + timeout + " x healthy: " + healthy
                    + " (expected: 1 ms or more, at most 9 s together)");
        }
        this.conversation = conversation;
        this.probe = probe;
        this.interval = interval;
        this.timeout = timeout;
        this.unhealthy = unhealthy;
        this.healthy = healthy;
        this.all = all;
    }

    /** A connect, closed at once. */
    public static ActiveCheck tcp() {
        return of(Conversation.NONE, null);
    }

    /**
     * A connect and a TLS handshake; nothing is sent over it.
     *
     * @param context whom we trust, and our own certificate where one is asked for
     * @param serverName SNI, and the name the pod's certificate must have: the one that clients use
     */
    public static ActiveCheck tls(SSLContext context, String serverName) {
        return of(
                new TlsCheck(
                        Objects.requireNonNull(context, "context"), Objects.requireNonNull(serverName, "serverName")),
                null);
    }

    /**
     * A plain HTTP/1.1 GET, to the port that clients use: well are 200 to 399. Redirects are not followed.
     *
     * @param path path and query, {@code /healthz} say; {@code Host} is {@code service.namespace}
     * @throws IllegalArgumentException when the path does not begin with a slash, or has characters that no URL may have
     */
    public static ActiveCheck http(String path) {
        return of(new HttpCheck(Objects.requireNonNull(path, "path")), null);
    }

    /** A check of your own, or one by {@code grpc.health.v1}: {@code GrpcHealth} of {@code onehop-grpc-adapter}. */
    public static ActiveCheck by(ActiveProbe probe) {
        return of(Conversation.NONE, Objects.requireNonNull(probe, "probe"));
    }

    private static ActiveCheck of(Conversation conversation, @Nullable ActiveProbe probe) {
        return new ActiveCheck(conversation, probe, INTERVAL, TIMEOUT, 3, 2, false);
    }

    /** How long from one check of a backend to the next, +-20 %; 10 s unless said otherwise. 1 ms to 1 h. */
    public ActiveCheck interval(Duration interval) {
        return new ActiveCheck(conversation, probe, interval, timeout, unhealthy, healthy, all);
    }

    /** How long one check may take; 1 s unless said otherwise. */
    public ActiveCheck timeout(Duration timeout) {
        return new ActiveCheck(conversation, probe, interval, timeout, unhealthy, healthy, all);
    }

    /** How many failed checks in a row eject a backend that is not ejected; 3 unless said otherwise. */
    public ActiveCheck unhealthy(int unhealthy) {
        return new ActiveCheck(conversation, probe, interval, timeout, unhealthy, healthy, all);
    }

    /** How many passed checks in a row help an ejected backend; 2 unless said otherwise. */
    public ActiveCheck healthy(int healthy) {
        return new ActiveCheck(conversation, probe, interval, timeout, unhealthy, healthy, all);
    }

    /**
     * Checks all backends, whether or not they are ejected. Every client then asks every pod: 200 clients and 100 pods are
     * 2,000 checks a second at the default interval.
     */
    public ActiveCheck all() {
        return new ActiveCheck(conversation, probe, interval, timeout, unhealthy, healthy, true);
    }

    Conversation conversation() {
        return conversation;
    }

    @Nullable ActiveProbe probe() {
        return probe;
    }

    Duration interval() {
        return interval;
    }

    Duration timeout() {
        return timeout;
    }

    int unhealthy() {
        return unhealthy;
    }

    int healthy() {
        return healthy;
    }

    boolean isOfAll() {
        return all;
    }

    @Override
    public String toString() {
        return String.valueOf(probe == null ? conversation == Conversation.NONE ? "tcp" : conversation : probe);
    }
}
