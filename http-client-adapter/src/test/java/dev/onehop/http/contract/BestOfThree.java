package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.faults.Stalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;

/**
 * A promise in time, asserted of the best of three tries. Where none has kept it, and this machine kept a thread waiting for
 * half of the promised time during one of them, that says nothing, and the test is skipped.
 */
final class BestOfThree {

    private static final int TRIES = 3;

    private BestOfThree() {}

    /** @param stalled for how long the machine kept a thread waiting meanwhile */
    private record Try(Duration took, Duration stalled) {

        boolean keeps(Duration promise) {
            return took.compareTo(promise) <= 0;
        }

        boolean isDisturbed(Duration promise) {
            return stalled.multipliedBy(2).compareTo(promise) >= 0;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f ms (stalled %d ms)", took.toNanos() / 1e6, stalled.toMillis());
        }
    }

    /**
     * Prints the tries, and fails when none of them has kept the promise.
     *
     * @param prepare makes everything ready for a try, whose time is what the returned task takes
     */
    static void keeps(Duration promise, String what, Callable<Runnable> prepare) throws Exception {
        List<Try> tries = new ArrayList<>();
        try (Stalls stalls = Stalls.watched()) {
            while (tries.size() < TRIES && tries.stream().noneMatch(each -> each.keeps(promise))) {
                Runnable task = prepare.call();
                long began = System.nanoTime();
                task.run();
                long ended = System.nanoTime();
                tries.add(new Try(Duration.ofNanos(ended - began), stalls.within(began, ended)));
            }
        }
        System.out.println(what + " " + tries);
        boolean kept = tries.stream().anyMatch(each -> each.keeps(promise));
        Assumptions.assumeTrue(
                kept || tries.stream().noneMatch(each -> each.isDisturbed(promise)),
                () -> "this machine stalled: " + what + " " + tries);
        assertThat(kept)
                .as("%s %s (expected: %s at most)", what, tries, promise)
                .isTrue();
    }
}
