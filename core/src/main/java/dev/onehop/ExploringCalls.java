package dev.onehop;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Which calls may go on to backends that nobody has reached, while most refuse: one at once, another 100 ms later, then
 * 200 ms, up to one a second, all of it drawn by a fifth more or less (reliability 2.5). So a dead Service gets one dial a
 * call and a few more, and whoever returns is still found.
 *
 * <p>Shared: safe from any thread; a call that may not costs a volatile read.
 */
final class ExploringCalls {

    private static final long FIRST_NANOS = Duration.ofMillis(100).toNanos();
    private static final long LONGEST_NANOS = Duration.ofSeconds(1).toNanos();

    private final RandomGenerator random;
    private long waitNanos = FIRST_NANOS;
    private volatile long nextNanos;

    ExploringCalls(RandomGenerator random, long nowNanos) {
        this.random = random;
        this.nextNanos = nowNanos;
    }

    /** Whether the call that begins now may. */
    boolean take(long nowNanos) {
        if (nowNanos - nextNanos < 0) {
            return false;
        }
        synchronized (this) {
            if (nowNanos - nextNanos < 0) {
                return false;
            }
            nextNanos = nowNanos + (long) (waitNanos * (0.8 + 0.4 * random.nextDouble()));
            waitNanos = Math.min(2 * waitNanos, LONGEST_NANOS);
            return true;
        }
    }

    /** Somebody was reached: the next call may, and the waits are short again. */
    synchronized void reset(long nowNanos) {
        nextNanos = nowNanos;
        waitNanos = FIRST_NANOS;
    }
}
