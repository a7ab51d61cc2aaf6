package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void c10_neverMoreThanFiftyWithinASecondHoweverChangesCome() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var pace = new Pace();
            List<Long> told = new ArrayList<>();
            long now = Long.MAX_VALUE - 5 * SECOND; // the clock may overflow
            for (int change = 0; change < 5_000; change++) {
                now += random.nextInt(100) == 0 ? random.nextLong(SECOND) : random.nextLong(5_000_000);
                if (pace.untilNext(now).isZero()) {
                    pace.told(now);
                    told.add(now);
                }
            }

            for (int i = 50; i < told.size(); i++) {
                assertThat(told.get(i) - told.get(i - 50)).as("seed %d", seed).isGreaterThanOrEqualTo(SECOND);
            }
        }
    }

    @Test
    void c10_aChangeWaitsAtMostTwentyFiveMilliseconds() {
        var pace = new Pace();
        long now = -7;
        for (int i = 0; i < 1_000; i++) {
            Duration wait = pace.untilNext(now);
            assertThat(wait).isBetween(Duration.ZERO, Duration.ofMillis(25));
            now += wait.toNanos();
            assertThat(pace.untilNext(now)).isZero();
            pace.told(now);
        }
    }

    @Test
    void aFirstOneAndTenAtOnceDoNotWait() {
        var pace = new Pace();
        for (int i = 0; i < 10; i++) {
            assertThat(pace.untilNext(5)).isZero();
            pace.told(5);
        }
        assertThat(pace.untilNext(5)).isEqualTo(Duration.ofMillis(25));
    }
}
