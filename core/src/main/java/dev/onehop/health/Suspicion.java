package dev.onehop.health;

import java.time.Duration;

/**
 * A first connect to a backend has failed: for one to three seconds, or until one succeeds, others come first
 * (reliability 2.4).
 *
 * <p>Shared: safe from any thread.
 */
final class Suspicion {

    private static final long NEVER = Long.MIN_VALUE;
    private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MORE_NANOS = Duration.ofSeconds(2).toNanos();

    /** Until when it is on, by the monotonic clock, or {@link #NEVER}. */
    private volatile long untilNanos = NEVER;

    /** @param chance 0 to 1: how much of the two seconds more */
    void begin(long nowNanos, double chance) {
        untilNanos = nowNanos + LEAST_NANOS + (long) (chance * MORE_NANOS);
    }

    /** Is kept up where it is on, and never ends sooner for it. */
    void stay(long nowNanos, long until) {
        if (isOn(nowNanos) && until - untilNanos > 0) {
            untilNanos = until;
        }
    }

    /** Whether it is on. */
    boolean isOn(long nowNanos) {
        long until = untilNanos;
        return until != NEVER && until - nowNanos > 0;
    }

    /** It was wrong. Called after every connect that stood, so it writes only where there is one. */
    void end() {
        if (untilNanos != NEVER) {
            untilNanos = NEVER;
        }
    }
}
