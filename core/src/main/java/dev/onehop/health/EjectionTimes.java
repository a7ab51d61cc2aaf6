package dev.onehop.health;

import java.time.Duration;

/**
 * How long an ejection lasts (reliability 2.6): it doubles with each one in a row up to a limit, and the count goes down
 * by one for every ten seconds since the backend returned.
 *
 * <p>Pure functions.
 */
final class EjectionTimes {

    private static final Duration HARD_BASE = Duration.ofSeconds(1);
    private static final Duration HARD_CAP = Duration.ofSeconds(30);
    private static final Duration SOFT_BASE = Duration.ofSeconds(10);
    private static final Duration SOFT_CAP = Duration.ofMinutes(2);
    private static final long DECAY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_DOUBLINGS = 20;

    private EjectionTimes() {}

    /**
     * The time of the {@code times}th ejection in a row.
     *
     * @param times at least 1
     * @param jitter 0.8 to 1.2; stretches the time
     */
    static long nanos(Ejection.Kind kind, int times, double jitter) {
        boolean hard = kind == Ejection.Kind.HARD;
        long doubled = (hard ? HARD_BASE : SOFT_BASE).toNanos() << Math.min(times - 1, MOST_DOUBLINGS);
        return (long) (Math.min((hard ? HARD_CAP : SOFT_CAP).toNanos(), doubled) * jitter);
    }

    /** How many of {@code times} are left when so much time has passed since the return. */
    static int left(int times, long sinceReturnNanos) {
        return (int) Math.max(0, times - Math.max(0, sinceReturnNanos) / DECAY_NANOS);
    }
}
