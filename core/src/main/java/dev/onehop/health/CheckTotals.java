package dev.onehop.health;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How the active checks of a backend went (reliability 2.11).
 *
 * <p>Shared: safe from any thread; totals only grow.
 */
public final class CheckTotals {

    private final AtomicLong passed = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    CheckTotals() {}

    /** Counts a check that has ended. */
    public void ended(boolean well) {
        (well ? passed : failed).incrementAndGet();
    }

    /** Checks that passed. */
    public long passed() {
        return passed.get();
    }

    /** Checks that failed, or did not end in time. */
    public long failed() {
        return failed.get();
    }
}
