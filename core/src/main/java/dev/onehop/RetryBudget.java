package dev.onehop;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How many failovers the callers of a Service may spend together, so that a Service in trouble is not buried under second
 * tries: a fifth of a try for every call, ten a second, and a stock of 100, or of two for every backend where that is
 * more. So backends are dialled at most 1.2 times as often as there are calls, plus ten times a second, plus the stock
 * (reliability 3.2, after Finagle and Linkerd).
 *
 * <p>Shared: safe from any thread. A call costs one increment; only a failover takes the lock.
 */
final class RetryBudget {

    private static final long TRY = 1_000_000_000;
    private static final long PER_CALL = TRY / 5;
    private static final long PER_NANO = 10;
    private static final int LEAST_STOCK = 100;
    private static final int STOCK_PER_BACKEND = 2;
    private static final long ENOUGH_AGAIN = 10 * TRY;
    private static final long LONGEST_NANOS = 3_600_000_000_000L;

    private final LongAdder calls = new LongAdder();
    private volatile boolean spent;
    private long stock = LEAST_STOCK * TRY;
    private long callsSeen;
    private long nanosSeen;

    RetryBudget(long nowNanos) {
        nanosSeen = nowNanos;
    }

    /** Counts a call, which pays in. */
    void called() {
        calls.increment();
    }

    /**
     * Takes one failover out.
     *
     * @param backends how many the Service port has now
     * @return false when nothing is left: then the caller is told of the failure it has
     */
    synchronized boolean take(int backends, long nowNanos) {
        earn(nowNanos);
        stock = Math.min(stock, TRY * Math.max(LEAST_STOCK, STOCK_PER_BACKEND * backends));
        if (stock < TRY) {
            spent = true;
            return false;
        }
        stock -= TRY;
        return true;
    }

    /**
     * Whether a call may count on a failover, which is not taken. Once none was left, not before ten are there again: they
     * would be gone by the time that it needs one.
     *
     * @param clock asked for the time when that matters
     */
    boolean isLeft(LongSupplier clock) {
        return !spent || isLeftAgain(clock.getAsLong());
    }

    private synchronized boolean isLeftAgain(long nowNanos) {
        earn(nowNanos);
        spent = stock < ENOUGH_AGAIN;
        return !spent;
    }

    private void earn(long nowNanos) {
        long callsNow = calls.sum();
        stock += PER_CALL * (callsNow - callsSeen) + PER_NANO * Math.min(nowNanos - nanosSeen, LONGEST_NANOS);
        callsSeen = callsNow;
        nanosSeen = nowNanos;
    }
}
