package dev.onehop.health;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the last connect to a backend stood, and when that was: what tells the survivors of an outage from the dead
 * (reliability 2.5, hard shared fate).
 *
 * <p>Shared: safe from any thread. A connect costs a volatile read, and a write once a second.
 */
public final class Reach {

    private static final long NEVER = Long.MIN_VALUE;
    private static final long LATELY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long NEWS_NANOS = Duration.ofSeconds(1).toNanos();

    /** When the last connect stood, to about a second; {@link #NEVER} when it failed, or there was none. */
    private volatile long connectedNanos = NEVER;

    private final AtomicLong failureToldNanos = new AtomicLong(NEVER);

    /**
     * A connect stood.
     *
     * @return whether that is news: the last one failed, or there was none
     */
    public boolean connected(long nowNanos) {
        long last = connectedNanos;
        if (last == NEVER || nowNanos - last >= NEWS_NANOS) {
            connectedNanos = nowNanos;
        }
        return last == NEVER;
    }

    /**
     * A connect failed.
     *
     * @return whether to tell the loop: once a second, so that a storm of failures does not flood it
     */
    public boolean failed(long nowNanos) {
        if (connectedNanos != NEVER) {
            connectedNanos = NEVER;
        }
        long told = failureToldNanos.get();
        return (told == NEVER || nowNanos - told >= NEWS_NANOS) && failureToldNanos.compareAndSet(told, nowNanos);
    }

    /** Whether the last connect stood, however long ago. */
    public boolean isReached() {
        return connectedNanos != NEVER;
    }

    /** Whether a connect stood within the last ten seconds, and none has failed since. */
    public boolean wasLately(long nowNanos) {
        long last = connectedNanos;
        return last != NEVER && nowNanos - last <= LATELY_NANOS;
    }
}
