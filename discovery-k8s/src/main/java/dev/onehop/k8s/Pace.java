package dev.onehop.k8s;

import java.time.Duration;

/**
 * How often views are told: ten at once, then one every 25 ms, so never more than fifty within a second (C-10). What
 * comes in between is in the next one, which costs a change at most 25 ms.
 *
 * <p>Serial: touched only on the discovery's loop, time as an argument.
 */
final class Pace {

    private static final long STEP_NANOS = Duration.ofMillis(25).toNanos();
    private static final long AHEAD_NANOS = 9 * STEP_NANOS;

    private long paidUntilNanos;
    private boolean begun;

    /** How long the next one has to wait; zero for not at all. */
    Duration untilNext(long nowNanos) {
        long ahead = begun ? paidUntilNanos - nowNanos - AHEAD_NANOS : 0;
        return ahead > 0 ? Duration.ofNanos(ahead) : Duration.ZERO;
    }

    /** One was told. */
    void told(long nowNanos) {
        paidUntilNanos = (begun && paidUntilNanos - nowNanos > 0 ? paidUntilNanos : nowNanos) + STEP_NANOS;
        begun = true;
    }
}
