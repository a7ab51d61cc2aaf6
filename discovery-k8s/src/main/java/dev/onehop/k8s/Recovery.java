package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What follows a list or a watch that has ended: which of the two, after how long, and how we stand until then.
 *
 * <p>Serial: touched only on its reflector's loop.
 */
final class Recovery {

    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
    private static final Duration LONGEST_REFUSED_RETRY = Duration.ofSeconds(60);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);
    private static final Duration HEALTHY = Duration.ofMinutes(2);
    private static final Duration SUSPICIOUSLY_SHORT = Duration.ofSeconds(2);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final Duration BETWEEN_WATCHES = Duration.ofSeconds(1);

    /**
     * The next attempt.
     *
     * @param list whether it is a list, not a watch
     * @param condition how we stand until then; null where nothing is wrong
     */
    record Next(boolean list, Duration delay, @Nullable Condition condition) {}

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Backoff backoff;
    private long healthySinceNanos;
    private boolean healthy;
    private boolean tokenRetried;
    private boolean watchRefused;
    private int emptyWatches;

    /** A watch was told that its version has expired, and none has told anything since. */
    private boolean expired;

    Recovery(SerialScheduler loop, RandomGenerator random) {
        this.loop = loop;
        this.random = random;
        backoff = new Backoff(random);
    }

    /** A whole list has come. */
    void listed() {
        tokenRetried = false;
    }

    /** A watch was accepted. */
    void opened() {
        watchRefused = false;
    }

    /** A watch stands. */
    void stands() {
        emptyWatches = 0;
        well();
    }

    /** A watch has said something, and perhaps told a change. */
    void told(boolean anyChange) {
        well();
        if (anyChange) {
            expired = false;
            emptyWatches = 0;
            tokenRetried = false;
        }
    }

    /** Whether we may not watch, so that a list alone does not mean that we hear of changes. */
    boolean isWatchRefused() {
        return watchRefused;
    }

    /** How long the next watch has to last to be believed: not at all, unless the last ones were closed at once. */
    Duration standsAfter() {
        return emptyWatches == 0 ? Duration.ZERO : SUSPICIOUSLY_SHORT;
    }

    /*
     * The server closed the watch in good order. Usually its time was up. But a server that cannot serve our
     * resourceVersion, or whose proxy is sick, may accept and close for ever: that must look like a failure, or we
     * would come back at once, for ever.
     */
    Next closed(Duration lived, boolean anyChange) {
        if (lived.compareTo(SUSPICIOUSLY_SHORT) >= 0) {
            emptyWatches = 0;
        }
        if (anyChange || lived.compareTo(LONG_ENOUGH) > 0) {
            backoff.reset();
            return new Next(false, BETWEEN_WATCHES.minus(lived), null);
        }
        if (lived.compareTo(SUSPICIOUSLY_SHORT) >= 0) {
            long millis = Math.round(BETWEEN_WATCHES.toMillis() * (1 + random.nextDouble()));
            return new Next(false, Duration.ofMillis(millis), null);
        }
        emptyWatches++;
        boolean list = emptyWatches > 1 && Integer.bitCount(emptyWatches) == 1;
        return new Next(list, nextDelay(LONGEST_RETRY), disconnected("the API server accepts the watch and closes it"));
    }

    /*
     * A version that has expired is no failure but the answer of a server that is well, mostly of one that was away until
     * then: the list follows soon. Where the next watch is told so again, it is a failure like any other.
     */
    Next watchFailed(Trouble trouble) {
        boolean list = trouble.kind().needsList();
        if (isFirstRefusalOfToken(trouble)) {
            return new Next(list, Duration.ZERO, null);
        }
        watchRefused = trouble.kind().needsPerson();
        if (trouble.kind() == Trouble.Kind.EXPIRED && !expired) {
            expired = true;
            backoff.reset();
        }
        return new Next(list, delayAfter(trouble), Condition.of(trouble));
    }

    Next listFailed(Trouble trouble) {
        if (isFirstRefusalOfToken(trouble)) {
            return new Next(true, Duration.ZERO, null);
        }
        watchRefused = false;
        return new Next(true, delayAfter(trouble), Condition.of(trouble));
    }

    /** A silent watch is cut and opened again at once: it is the connection that is distrusted, not the server. */
    Next watchSilent() {
        return new Next(false, Duration.ZERO, disconnected("no byte from the API server: connection cut"));
    }

    Next listSilent() {
        return new Next(true, nextDelay(LONGEST_RETRY), disconnected("no byte from the API server: connection cut"));
    }

    private void well() {
        if (!healthy) {
            healthy = true;
            healthySinceNanos = loop.nanoTime();
        }
    }

    /** A token may have just been replaced: the next one is tried at once, one time. */
    private boolean isFirstRefusalOfToken(Trouble trouble) {
        boolean first = trouble.kind() == Trouble.Kind.UNAUTHORIZED && !tokenRetried;
        tokenRetried |= first;
        return first;
    }

    private Duration delayAfter(Trouble trouble) {
        Duration delay = nextDelay(trouble.kind().needsPerson() ? LONGEST_REFUSED_RETRY : LONGEST_RETRY);
        Duration asked = min(trouble.retryAfter(), LONGEST_RETRY_AFTER);
        return asked.compareTo(delay) > 0 ? asked : delay;
    }

    private Duration nextDelay(Duration longest) {
        if (healthy && loop.nanoTime() - healthySinceNanos >= HEALTHY.toNanos()) {
            backoff.reset();
        }
        healthy = false;
        return backoff.next(longest);
    }

    private static Condition disconnected(String why) {
        return new Condition(Condition.Kind.DISCONNECTED, why);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
