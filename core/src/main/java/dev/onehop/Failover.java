package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Evidence;
import dev.onehop.health.Signal;
import dev.onehop.time.SerialScheduler;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One caller's way through a few distinct backends inside one deadline: three, or six as long as all of them refuse at
 * once, as when half of a fleet has died. Knows who was tried, how long the next dial may take, and what to tell the
 * caller in the end; does no dialling itself, so blocking and asynchronous callers share it.
 *
 * <p>Not thread-safe: belongs to one call, whose steps follow one another.
 */
final class Failover {

    /** How many distinct backends one call tries (reliability 3.2). */
    static final int MAX_BACKENDS = 3;

    /** How many while all of them have refused, and within {@link #INSTANT} together: these cost next to nothing. */
    static final int MAX_REFUSING = 6;

    static final Duration INSTANT = Duration.ofMillis(250);

    /** With less time than this left, another dial makes no sense. */
    static final Duration TOO_LATE = Duration.ofMillis(20);

    /** How long a dial may take while others could still be tried. */
    static final Duration DIAL = Duration.ofSeconds(1);

    private static final Duration FOREVER = Duration.ofDays(365);
    private static final long LEAST_NANOS = Duration.ofMillis(1).toNanos();
    private static final long DIAL_NANOS = DIAL.toNanos();

    private final SerialScheduler clock;
    private final Outage outage;
    private final boolean exploring;
    private final long beganNanos;
    private final long timeoutNanos;
    private long deadlineNanos;
    private final List<Backend> tried = new ArrayList<>();
    private final List<Line> failures = new ArrayList<>();
    private Optional<String> doubt = Optional.empty();
    private boolean onlyInstantRefusals = true;
    private long dialledNanos;
    private long dialNanos;

    /** @param outage which limits how many calls try several, and is named in their errors */
    Failover(SerialScheduler clock, Duration timeout, Outage outage) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: more than zero)");
        }
        this.clock = clock;
        this.outage = outage;
        this.beganNanos = clock.nanoTime();
        this.timeoutNanos = (timeout.compareTo(FOREVER) < 0 ? timeout : FOREVER).toNanos();
        this.dialNanos = beganNanos;
        this.exploring = outage.mayExplore(beganNanos);
        this.deadlineNanos = beganNanos + timeoutNanos;
    }

    /** What is left of the caller's time. */
    Duration left() {
        return Duration.ofNanos(leftNanos());
    }

    /** {@link #left} in nanoseconds. */
    long leftNanos() {
        return Math.max(0, deadlineNanos - clock.nanoTime());
    }

    /** When it began. */
    long beganNanos() {
        return beganNanos;
    }

    /** How long it may take in all. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    /** Dials have this long from now on, where less was left: the wait for a first view may have ended late. */
    void leaveAtLeast(long leastNanos) {
        long nowNanos = clock.nanoTime();
        if (deadlineNanos - nowNanos < leastNanos) {
            deadlineNanos = nowNanos + leastNanos;
        }
    }

    /**
     * How long the next dial may take: all that is left for the last candidate, an even share of it, and no more than a
     * second, while others remain. Never zero, which sockets take for "for ever".
     *
     * @param attempt what is about to be dialled; abandoned when there is no time left
     * @param known how many backends there are, those already tried included
     * @throws SocketTimeoutException when the caller's time is over
     */
    Duration nextDial(Attempt attempt, int known) throws SocketTimeoutException {
        dialNanos = clock.nanoTime();
        long left = deadlineNanos - dialNanos;
        if (left < LEAST_NANOS) {
            attempt.close(); // the backend has done nothing wrong
            throw new SocketTimeoutException("Connect timed out: the caller's time was over before a dial began");
        }
        int more = Math.min(most() - tried.size(), Math.max(1, known - tried.size()));
        long share = left / more;
        return Duration.ofNanos(Math.max(LEAST_NANOS, more == 1 ? share : Math.min(share, DIAL_NANOS)));
    }

    /**
     * Takes a failed dial.
     *
     * @return whether another backend may be tried
     */
    boolean mayTryAnother(Attempt attempt, Throwable failure) {
        return mayTryAnother(attempt, failure, dialNanos);
    }

    /** As the other, where several dials are under way. */
    boolean mayTryAnother(Attempt attempt, Throwable failure, long beganNanos) {
        attempt.failed(failure);
        Signal signal = attempt.classify(failure);
        long tookNanos = clock.nanoTime() - beganNanos;
        dialledNanos += tookNanos;
        onlyInstantRefusals &= signal == Signal.CONNECT_REFUSED && dialledNanos < INSTANT.toNanos();
        long millis = tookNanos / 1_000_000;
        failures.add(new Line(attempt + " after " + millis + " ms: " + failure));
        doubt = signal.evidence() == Evidence.IDENTITY ? attempt.doubt() : Optional.empty();
        Optional<Backend> backend = attempt.backend();
        began(attempt);
        return backend.isPresent()
                && signal.mayTryAnother()
                && tried.size() < most()
                && left().compareTo(TOO_LATE) >= 0;
    }

    /** A dial has begun, so its backend counts as tried whatever becomes of it. */
    void began(Attempt attempt) {
        attempt.backend().filter(backend -> !tried.contains(backend)).ifPresent(tried::add);
    }

    /** Whether another dial may begin beside one that is slow, and so no instant refusal. */
    boolean mayDialBeside() {
        onlyInstantRefusals = false;
        return tried.size() < most() && left().compareTo(TOO_LATE) >= 0;
    }

    /** An even share of the time is one of three: a fourth try comes about only where the first three cost none. */
    private int most() {
        return onlyInstantRefusals && tried.size() >= MAX_BACKENDS ? MAX_REFUSING : MAX_BACKENDS;
    }

    /** Whether it may go on to backends that nobody has reached lately, even while most refuse. */
    boolean isExploring() {
        return exploring || !outage.isOn();
    }

    List<Backend> tried() {
        return tried;
    }

    /**
     * Tells the caller of every dial, by exceptions suppressed in the last failure, which keeps its own type; and last, of
     * what it is probably: our own trust where certificates fail, or an outage while most backends refuse.
     */
    void explain(Throwable last) {
        failures.forEach(last::addSuppressed);
        doubt.map(Line::new).ifPresent(last::addSuppressed);
        outage.text().map(Line::new).ifPresent(last::addSuppressed);
    }

    /**
     * One failed dial, or what is known beside it, in one line, without a stack of its own. It does not name its cause:
     * the last dial's failure is the very exception this one is added to.
     */
    private static final class Line extends Exception {
        private static final long serialVersionUID = 1L;

        Line(String message) {
            super(message, null, false, false);
        }
    }
}
