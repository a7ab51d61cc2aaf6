package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final RetryBudget budget = new RetryBudget(0);

    @Test
    void aQuietServiceHasAStockOfAHundred() {
        assertThat(taken(500, 10, 0)).isEqualTo(100);
    }

    @Test
    void aLargeOneHasTwoForEveryBackendOnceItHasEarnedThem() {
        IntStream.range(0, 10_000).forEach(call -> budget.called());

        assertThat(taken(5_000, 400, 0)).isEqualTo(800);
    }

    @Test
    void everyCallPaysForAFifthOfAFailover() {
        taken(500, 10, 0);

        IntStream.range(0, 50).forEach(call -> budget.called());

        assertThat(taken(500, 10, 0)).isEqualTo(10);
    }

    @Test
    void tenASecondAreEarnedByTime() {
        taken(500, 10, 0);

        assertThat(taken(500, 10, 3 * SECOND)).isEqualTo(30);
        assertThat(taken(500, 10, 3_600 * SECOND)).as("the stock has a limit").isEqualTo(100);
    }

    @Test
    void onceItIsSpentACallCountsOnItOnlyWhenTenAreThere() {
        assertThat(budget.isLeft(() -> 0)).isTrue();
        taken(100, 10, 0);
        assertThat(budget.isLeft(() -> 0)).as("nobody has been refused").isTrue();
        taken(1, 10, 0);

        assertThat(budget.isLeft(() -> 0)).isFalse();
        assertThat(budget.isLeft(() -> SECOND - 1)).isFalse();
        assertThat(budget.isLeft(() -> SECOND)).isTrue();
        assertThat(taken(500, 10, SECOND)).as("asking takes nothing").isEqualTo(10);
    }

    @Test
    void noMoreIsGivenToManyThreadsThanToOne() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        var given = new AtomicInteger();
        try {
            for (int i = 0; i < 4; i++) {
                var unused = threads.submit(() -> IntStream.range(0, 10_000).forEach(call -> {
                    budget.called();
                    if (budget.take(10, 0)) {
                        given.incrementAndGet();
                    }
                }));
            }
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(given.get() + taken(500, 10, 0))
                .isLessThanOrEqualTo(100 + 40_000 / 5)
                .isGreaterThan(100);
    }

    private int taken(int tries, int backends, long nanos) {
        return (int) IntStream.range(0, tries)
                .filter(each -> budget.take(backends, nanos))
                .count();
    }
}
