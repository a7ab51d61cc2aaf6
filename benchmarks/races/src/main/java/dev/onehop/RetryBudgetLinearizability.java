package dev.onehop;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/**
 * Calls and failovers of several threads: the budget is that of some order of them, and nothing is spent twice.
 */
@Param(name = "millis", gen = IntGen.class, conf = "0:300")
public class RetryBudgetLinearizability {

    private static final long MILLI = 1_000_000;
    private static final int STOCK = 100;
    private static final int CALLS_PER_TRY = 5;

    /** When the stock was still to be earned, but for one try: by one take it is empty. */
    private static final long BEGAN = -(STOCK - 1) * 100 * MILLI;

    private final RetryBudget budget = new RetryBudget(0);

    /** Nothing in stock, and one call short of a try. */
    public RetryBudgetLinearizability() {
        budget.take(1, BEGAN);
        for (int i = 0; i < CALLS_PER_TRY - 1; i++) {
            budget.called();
        }
    }

    @Operation
    public void called() {
        budget.called();
    }

    /** @param now 0 to 300 ms: up to three tries */
    @Operation
    public boolean take(@Param(name = "millis") int now) {
        return budget.take(1, BEGAN + now * MILLI);
    }

    /** Thousandths of a try: 200 for each call, ten for each millisecond, and one whole one for each failover. */
    public static class OneByOne {
        private static final int TRY = 1_000;

        private int stock = 200 * (CALLS_PER_TRY - 1);
        private int seen;

        public void called() {
            stock += 200;
        }

        public boolean take(int now) {
            stock = Math.min(STOCK * TRY, stock + 10 * (now - seen));
            seen = now;
            if (stock < TRY) {
                return false;
            }
            stock -= TRY;
            return true;
        }
    }
}
