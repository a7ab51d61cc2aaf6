package dev.onehop.health;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hard failures in a row on one backend. Two within ten seconds are enough to nominate it for ejection: one refused
 * connect during a listener's restart is normal. A burst of parallel connects counts once (reliability 2.3).
 *
 * <p>Shared: safe from any thread; a success costs one volatile read.
 */
public final class HardEvidence {

    /** How many in a row nominate a backend. */
    public static final int ENOUGH = 2;

    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long BURST_NANOS = Duration.ofMillis(1).toNanos();

    private final AtomicReference<@Nullable Streak> streak = new AtomicReference<>();

    /**
     * Adds a hard failure.
     *
     * @param startNanos when the failed attempt began
     * @return whether the streak is long enough to nominate the backend
     */
    public boolean add(Signal signal, long startNanos) {
        Streak next = streak.updateAndGet(now -> Streak.after(now, signal, startNanos));
        return next != null && next.count >= ENOUGH;
    }

    /** Whether no connect has failed since the last that stood. */
    public boolean isEmpty() {
        return streak.get() == null;
    }

    /** A connection was made: the streak is over. */
    public void clear() {
        if (streak.get() != null) {
            streak.set(null);
        }
    }

    /** The streak in words, or {@code "none"}. */
    @Override
    public String toString() {
        Streak now = streak.get();
        return now == null ? "none" : now.count + " x " + now.signal;
    }

    private record Streak(int count, long firstNanos, long lastNanos, Signal signal) {

        static Streak after(@Nullable Streak before, Signal signal, long startNanos) {
            if (before == null || startNanos - before.firstNanos > WINDOW_NANOS) {
                return new Streak(1, startNanos, startNanos, signal);
            }
            if (Math.abs(startNanos - before.lastNanos) < BURST_NANOS) {
                return before;
            }
            return new Streak(before.count + 1, before.firstNanos, startNanos, signal);
        }
    }
}
