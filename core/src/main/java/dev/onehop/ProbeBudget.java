package dev.onehop;

/**
 * How many connects of ours a Service may cost its network when they fail: twenty at once, and forty a minute from then
 * on. So whoever may write its slices cannot make us knock at a thousand strange doors (S-22). Connects that succeed cost
 * nothing, so a zone that has healed returns at once.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class ProbeBudget {

    static final int STOCK = 20;
    static final long NANOS_EACH = 1_500_000_000L;

    private int left = STOCK;
    private long countedNanos;

    ProbeBudget(long nowNanos) {
        countedNanos = nowNanos;
    }

    /** Takes one out, if there is one. */
    boolean take(long nowNanos) {
        earn(nowNanos);
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    /** Puts one back: somebody listened there. */
    void giveBack() {
        left = Math.min(STOCK, left + 1);
    }

    /** When there is one again, at the latest. */
    long nextNanos(long nowNanos) {
        earn(nowNanos);
        return left > 0 ? nowNanos : countedNanos + NANOS_EACH;
    }

    private void earn(long nowNanos) {
        long earned = (nowNanos - countedNanos) / NANOS_EACH;
        if (left + earned >= STOCK) {
            left = STOCK;
            countedNanos = nowNanos;
        } else {
            left += (int) earned;
            countedNanos += earned * NANOS_EACH;
        }
    }
}
