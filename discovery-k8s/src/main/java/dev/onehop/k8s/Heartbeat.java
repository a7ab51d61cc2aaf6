package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Notices that this process was not running for a while: stopped, frozen with its container, or asleep with the
 * machine. A tick that comes late tells the first two; the monotonic clock stands still during the third, so the wall
 * clock running ahead of it tells that one.
 *
 * <p>Serial: touched only on its loop.
 */
final class Heartbeat {

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final long GAP_MILLIS = 10_000;

    private final SerialScheduler loop;
    private final LongSupplier wallMillis;
    private final Runnable onGap;
    private long lastNanos;
    private long lastWallMillis;

    Heartbeat(SerialScheduler loop, LongSupplier wallMillis, Runnable onGap) {
        this.loop = loop;
        this.wallMillis = wallMillis;
        this.onGap = onGap;
    }

    /** Beats until the loop is closed. */
    void start() {
        lastNanos = loop.nanoTime();
        lastWallMillis = wallMillis.getAsLong();
        scheduleNext();
    }

    private void scheduleNext() {
        loop.schedule(TICK, this::beat);
    }

    private void beat() {
        long now = loop.nanoTime();
        long wall = wallMillis.getAsLong();
        long ranMillis = (now - lastNanos) / 1_000_000;
        long drift = Math.abs(wall - lastWallMillis - ranMillis);
        lastNanos = now;
        lastWallMillis = wall;
        scheduleNext();
        if (ranMillis - TICK.toMillis() > GAP_MILLIS || drift > GAP_MILLIS) {
            onGap.run();
        }
    }
}
