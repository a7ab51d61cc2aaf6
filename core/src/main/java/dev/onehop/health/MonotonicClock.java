package dev.onehop.health;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * A clock that never goes back: resilience4j measures time by a {@link Clock}, and the wall's may be set (reliability
 * 2.12).
 *
 * <p>Shared: safe from any thread.
 */
public final class MonotonicClock extends Clock {

    private final LongSupplier nanoTime;
    private final long startNanos;

    /** Begins at the epoch, and goes as {@code nanoTime} goes. */
    public MonotonicClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    /** The ticker's own time. */
    public long nanoTime() {
        return nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(nanoTime.getAsLong() - startNanos);
    }

    @Override
    public long millis() {
        return (nanoTime.getAsLong() - startNanos) / 1_000_000;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
