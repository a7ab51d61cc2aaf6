package dev.onehop.faults;

import java.time.Duration;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;

/**
 * How long this machine kept a thread waiting that wanted to run: what no client can be blamed for. Tests add it to what
 * they promise in time, and are skipped where it is too much: one long stall, or many short ones. The thread that measures
 * does no work of ours, so that a slow client is never taken for a slow machine.
 *
 * <p>Only waits of 5 ms and more count as lost, because an idle virtual machine wakes a thread late: it loses 30 to 35 % of
 * the time of a tick of 1 ms, and one with eight busy loops beside 13 %. Of 5 ms and more F-07 (500/s, two cores) lost 7 to
 * 15 % on a machine left alone and 2 to 10 % with 4 to 32 busy loops beside, and ran at 500/s; stopped for 20 ms of every
 * 40, 47 % and still 497/s; for 40 ms of every 60, 62 %, 456/s and a median of 819 ms, with no stall above 180 ms.
 *
 * <p>Shared: safe from any thread.
 */
public final class Stalls implements AutoCloseable {

    /** With a longer one, this machine is not fit for a load that counts milliseconds. */
    static final Duration FAIR = Duration.ofMillis(200);

    /** With more of the time lost, no load keeps its rate, however short each stall is. */
    static final double FAIR_SHARE = 0.5;

    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long WORTH_NOTING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MOST_NOTED = 100_000;

    private volatile boolean closed;
    private volatile long worstNanos;
    private volatile long watchedNanos;
    private volatile long lostNanos;
    private final Queue<Stall> noted = new ConcurrentLinkedQueue<>();
    private int notes;

    /** From when until when it should have run and did not, by {@link System#nanoTime}. */
    private record Stall(long fromNanos, long untilNanos) {

        long within(long from, long until) {
            return Math.max(0, Math.min(untilNanos, until) - Math.max(fromNanos, from));
        }
    }

    /** Watches nothing: told by {@link #napped}. */
    Stalls() {}

    public static Stalls watched() {
        var stalls = new Stalls();
        var watch = new Thread(stalls::watch, "stalls");
        watch.setDaemon(true);
        watch.start();
        return stalls;
    }

    /** The longest so far. */
    public Duration worst() {
        return Duration.ofNanos(worstNanos);
    }

    /** The share of the time so far that was lost to stalls of 5 ms and more; 0..1. */
    public double share() {
        return (double) lostNanos / Math.max(1, watchedNanos);
    }

    /** How much of the time between two moments, by {@link System#nanoTime}, was lost to stalls of 5 ms and more. */
    public Duration within(long fromNanos, long untilNanos) {
        return Duration.ofNanos(noted.stream()
                .mapToLong(stall -> stall.within(fromNanos, untilNanos))
                .sum());
    }

    /**
     * Skips the test that calls it where this machine withheld too much of the time so far.
     *
     * @param longest a single stall of this length is too much
     */
    public void assumeFit(Duration longest) {
        Assumptions.assumeTrue(
                worst().compareTo(longest) < 0 && share() < FAIR_SHARE,
                () -> String.format(
                        Locale.ROOT,
                        "this machine kept a thread waiting for %d ms at a time, and for %.0f %% of the time"
                                + " (expected: less than %d ms and %.0f %%)",
                        worst().toMillis(),
                        100 * share(),
                        longest.toMillis(),
                        100 * FAIR_SHARE));
    }

    private void watch() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(NAP_NANOS);
            long now = System.nanoTime();
            napped(before, now);
            before = now;
        }
    }

    /** Counts a nap of 1 ms that lasted from one moment until another. By one thread only. */
    void napped(long fromNanos, long untilNanos) {
        long late = untilNanos - fromNanos - NAP_NANOS;
        watchedNanos += untilNanos - fromNanos;
        worstNanos = Math.max(worstNanos, late);
        if (late >= WORTH_NOTING_NANOS) {
            lostNanos += late;
            if (notes < MOST_NOTED) {
                notes++;
                noted.add(new Stall(untilNanos - late, untilNanos));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
