package dev.onehop.faults;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this machine kept a thread waiting that wanted to run: what no client can be blamed for. Tests add it to what
 * they promise in time.
 *
 * <p>Shared: safe from any thread.
 */
public final class Stalls implements AutoCloseable {

    /** With a longer one, this machine is not fit for a load that counts milliseconds. */
    static final Duration FAIR = Duration.ofMillis(200);

    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long WORTH_NOTING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MOST_NOTED = 100_000;

    private final Thread watch = new Thread(this::watch, "stalls");
    private volatile boolean closed;
    private volatile long worstNanos;
    private final Queue<Stall> noted = new ConcurrentLinkedQueue<>();
    private int notes;

    /** From when until when it should have run and did not, by {@link System#nanoTime}. */
    private record Stall(long fromNanos, long untilNanos) {

        long within(long from, long until) {
            return Math.max(0, Math.min(untilNanos, until) - Math.max(fromNanos, from));
        }
    }

    private Stalls() {
        watch.setDaemon(true);
        watch.start();
    }

    public static Stalls watched() {
        return new Stalls();
    }

    /** The longest so far. */
    public Duration worst() {
        return Duration.ofNanos(worstNanos);
    }

    /** How much of the time between two moments, by {@link System#nanoTime}, was lost to stalls of 5 ms and more. */
    public Duration within(long fromNanos, long untilNanos) {
        return Duration.ofNanos(noted.stream()
                .mapToLong(stall -> stall.within(fromNanos, untilNanos))
                .sum());
    }

    private void watch() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(NAP_NANOS);
            long now = System.nanoTime();
            long late = now - before - NAP_NANOS;
            worstNanos = Math.max(worstNanos, late);
            if (late >= WORTH_NOTING_NANOS && notes < MOST_NOTED) {
                notes++;
                noted.add(new Stall(now - late, now));
            }
            before = now;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
