package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
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
    private static final Duration SHORTEST_OF_LONGEST = LONGEST_RETRY.dividedBy(2);
    private static final Duration LONGEST_UNANSWERED_RETRY = Duration.ofMinutes(3);
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
     * @param atLeast how long it takes also where the server answers another reflector meanwhile; null where that says
     *     nothing, because the server did answer this one
     */
    record Next(
            boolean list,
            Duration delay,
            @Nullable Condition condition,
            @Nullable Duration atLeast) {
        Next(boolean list, Duration delay, @Nullable Condition condition) {
            this(list, delay, condition, null);
        }
    }

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Reachability server;
    private final Backoff backoff;
    private long healthySinceNanos;
    private boolean healthy;
    private boolean tokenRetried;
    private boolean watchRefused;
    private int emptyWatches;

    /** A watch was told that its version has expired, and none has told anything since. */
    private boolean expired;

    Recovery(SerialScheduler loop, RandomGenerator random, Reachability server) {
        this.loop = loop;
        this.random = random;
        this.server = server;
        backoff = new Backoff(random);
    }

    /** A whole list has come. */
    void listed() {
        server.answered(this);
        tokenRetried = false;
    }

    /** A watch was accepted. */
    void opened() {
        server.answered(this);
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
        server.over(this);
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
        ended(trouble);
        boolean list = trouble.kind().needsList();
        if (isFirstRefusalOfToken(trouble)) {
            return new Next(list, Duration.ZERO, null);
        }
        watchRefused = trouble.kind().needsPerson();
        if (trouble.kind() == Trouble.Kind.EXPIRED && !expired) {
            expired = true;
            backoff.reset();
        }
        return after(trouble, list);
    }

    Next listFailed(Trouble trouble) {
        ended(trouble);
        if (isFirstRefusalOfToken(trouble)) {
            return new Next(true, Duration.ZERO, null);
        }
        watchRefused = false;
        return after(trouble, true);
    }

    /** A silent watch is cut and opened again at once: it is the connection that is distrusted, not the server. */
    Next watchSilent() {
        server.over(this);
        return new Next(false, Duration.ZERO, disconnected("no byte from the API server: connection cut"));
    }

    Next listSilent() {
        server.over(this);
        return unanswered(true, Duration.ZERO, disconnected("no byte from the API server: connection cut"));
    }

    /** Runs the attempt when it is due. */
    Cancellable schedule(Next next, Runnable attempt) {
        return next.atLeast() == null
                ? loop.schedule(next.delay(), attempt)
                : server.askAgain(next.delay(), next.atLeast(), attempt);
    }

    /** Nothing is asked any more. */
    void close() {
        server.over(this);
    }

    private void ended(Trouble trouble) {
        if (trouble.kind().isAnswer()) {
            server.answered(this);
        }
        server.over(this);
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

    private Next after(Trouble trouble, boolean list) {
        Duration asked =
                trouble.retryAfter().compareTo(LONGEST_RETRY_AFTER) < 0 ? trouble.retryAfter() : LONGEST_RETRY_AFTER;
        Condition condition = Condition.of(trouble);
        if (trouble.kind() == Trouble.Kind.UNREACHABLE) {
            return unanswered(list, asked, condition);
        }
        Duration delay = nextDelay(trouble.kind().needsPerson() ? LONGEST_REFUSED_RETRY : LONGEST_RETRY);
        return new Next(list, longer(delay, asked), condition);
    }

    /** Where others are in contact it is this one's own trouble; otherwise whoever is answered first wakes the others. */
    private Next unanswered(boolean list, Duration asked, Condition condition) {
        Duration delay = nextDelay(server.isAnswering() ? LONGEST_RETRY : LONGEST_UNANSWERED_RETRY);
        return new Next(list, longer(delay, asked), condition, longer(SHORTEST_OF_LONGEST, asked));
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

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
