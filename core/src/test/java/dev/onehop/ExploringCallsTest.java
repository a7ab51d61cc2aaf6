package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The back-off while most refuse: 100 ms to 1 s (reliability 2.5). */
class ExploringCallsTest {

    private static final long MILLI = Duration.ofMillis(1).toNanos();

    private final ExploringCalls calls = new ExploringCalls(new SplittableRandom(7), 0);

    @Test
    void oneAtOnceThenAfter100_200_400_800MillisecondsAndThenOneASecond() {
        List<Long> gaps = gaps(0, 10_000);

        long[] promised = {0, 100, 200, 400, 800, 1_000, 1_000, 1_000};
        for (int i = 0; i < promised.length; i++) {
            assertThat(gaps.get(i)).isBetween(promised[i] * 4 / 5, promised[i] * 6 / 5 + 1);
        }
        assertThat(gaps.stream().distinct()).as("drawn").hasSizeGreaterThan(6);
    }

    @Test
    void onceSomebodyIsReachedItBeginsAnew() {
        gaps(0, 5_000);

        calls.reset(5_000 * MILLI);

        List<Long> gaps = gaps(5_000, 5_500);
        assertThat(gaps.get(0)).isZero();
        assertThat(gaps.get(1)).isBetween(80L, 121L);
        assertThat(gaps.get(2)).isBetween(160L, 241L);
    }

    /** The milliseconds from one call that may explore to the next, of calls that come once a millisecond. */
    private List<Long> gaps(long from, long until) {
        List<Long> gaps = new ArrayList<>();
        long last = from;
        for (long now = from; now < until; now++) {
            if (calls.take(now * MILLI)) {
                gaps.add(now - last);
                last = now;
            }
        }
        return gaps;
    }
}
