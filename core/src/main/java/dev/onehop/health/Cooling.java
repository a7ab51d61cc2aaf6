package dev.onehop.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A backend has asked for less: for as long as it says, thirty seconds at most, it gets a tenth of its share. Not an
 * ejection, for it is up. Without this it would get more, where answers that come fast attract requests (reliability 2.3).
 *
 * <p>Shared: safe from any thread.
 */
public final class Cooling {

    /** How long it lasts where the backend does not say. */
    public static final Duration UNSAID = Duration.ofSeconds(1);

    /** How long it lasts at most. */
    public static final Duration LONGEST = Duration.ofSeconds(30);

    /** Of its share, what it gets. */
    static final double WEIGHT = 0.1;

    private static final long NEVER = Long.MIN_VALUE;

    private volatile long untilNanos = NEVER;

    /**
     * Begins, or goes on for longer; never ends sooner than it was to.
     *
     * @param asked zero or less for not at all; null where the backend did not say
     * @return whether it was not on before
     */
    boolean begin(@Nullable Duration asked, long nowNanos) {
        Duration time = asked == null ? UNSAID : asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
        if (time.isNegative() || time.isZero()) {
            return false;
        }
        long next = nowNanos + time.toNanos();
        boolean wasOn = isOn(nowNanos);
        if (!wasOn || next - untilNanos > 0) {
            untilNanos = next; // a benign race: both mean about now
        }
        return !wasOn;
    }

    /** Whether it is on. */
    boolean isOn(long nowNanos) {
        long until = untilNanos;
        return until != NEVER && until - nowNanos > 0;
    }
}
