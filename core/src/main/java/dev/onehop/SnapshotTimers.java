package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * When the next snapshot is due although nothing has happened: a trial may begin, shares have grown, the view has become
 * too old.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class SnapshotTimers {

    private final SerialScheduler loop;
    private final Duration maxStaleness;
    private final LongFunction<OptionalLong> healthNanos;
    private final Runnable republish;
    private Cancellable stale = () -> {};
    private Cancellable health = () -> {};

    /** @param healthNanos when health has something to do next, given the present time */
    SnapshotTimers(
            SerialScheduler loop, Duration maxStaleness, LongFunction<OptionalLong> healthNanos, Runnable republish) {
        this.loop = loop;
        this.maxStaleness = maxStaleness;
        this.healthNanos = healthNanos;
        this.republish = republish;
    }

    /**
     * Winds up both for a snapshot that was just published.
     *
     * @param view the newest one, which the snapshot need not show when it could not be routed
     */
    void follow(Eligible published, ServiceView view, long nowNanos) {
        cancel();
        OptionalLong next = healthNanos.apply(nowNanos);
        long wait = next.isPresent() ? next.getAsLong() - nowNanos : Long.MAX_VALUE;
        if (published.isRamping()) {
            wait = Math.min(wait, Backend.RAMP_NANOS); // until then, every snapshot says that shares still grow
        }
        if (wait < Long.MAX_VALUE && published.size() > 0) {
            health = loop.schedule(Duration.ofNanos(wait), republish);
        }
        if (view instanceof ServiceView.Stale old) {
            Duration left = maxStaleness.minusNanos(nowNanos - old.sinceNanos());
            if (!left.isNegative() && !left.isZero()) {
                stale = loop.schedule(left, republish);
            }
        }
    }

    void cancel() {
        health.cancel();
        stale.cancel();
    }
}
