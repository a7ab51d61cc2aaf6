package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** When a machine is not fit for a load. */
class StallsTest {

    private static final Duration LONGEST = Stalls.FAIR;

    private final Stalls stalls = new Stalls();
    private long nowNanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1); // overflows under way

    @Test
    void oneLongStallSkipsHoweverLittleOfTheTimeIsLost() {
        naps(60_000, 1);
        naps(1, 201);

        assertThat(stalls.worst()).isEqualTo(Duration.ofMillis(200));
        assertThat(stalls.share()).isLessThan(0.01);
        assertThatThrownBy(() -> stalls.assumeFit(LONGEST))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("for 200 ms at a time, and for 0 % of the time")
                .hasMessageContaining("less than 200 ms and 50 %");
    }

    @Test
    void manyShortStallsSkipThoughEachIsShort() {
        for (int i = 0; i < 100; i++) {
            naps(19, 1);
            naps(1, 41);
        }

        assertThat(stalls.worst()).isEqualTo(Duration.ofMillis(40));
        assertThat(stalls.share()).isCloseTo(40.0 / 60, within(1e-9));
        assertThatThrownBy(() -> stalls.assumeFit(LONGEST))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("for 40 ms at a time, and for 67 % of the time");
    }

    @Test
    void halfOfTheTimeIsTheBorder() {
        for (int i = 0; i < 10; i++) {
            naps(20, 1);
            naps(1, 20);
        }
        assertThatCode(() -> stalls.assumeFit(LONGEST)).doesNotThrowAnyException();

        naps(1, 40);

        assertThat(stalls.share()).isGreaterThan(0.5);
        assertThatThrownBy(() -> stalls.assumeFit(LONGEST)).isInstanceOf(TestAbortedException.class);
    }

    @Test
    void aMachineThatWakesEveryThreadALittleLateIsFit() {
        naps(10_000, 5); // 80 % of each nap, no stall worth noting
        naps(10, 199);

        assertThat(stalls.share()).isLessThan(0.05);
        assertThatCode(() -> stalls.assumeFit(LONGEST)).doesNotThrowAnyException();
    }

    @Test
    void aTestMayAskForShorterStalls() {
        naps(10_000, 1);
        naps(1, 51);

        assertThatCode(() -> stalls.assumeFit(LONGEST)).doesNotThrowAnyException();
        assertThatThrownBy(() -> stalls.assumeFit(Duration.ofMillis(50))).isInstanceOf(TestAbortedException.class);
    }

    /** The watch's thread sees what it should, on any machine: more than no time, and no more than there was. */
    @Test
    void theWatchCountsTheTimeThatPasses() {
        long began = System.nanoTime();
        try (Stalls watched = Stalls.watched()) {
            await().until(() -> !watched.worst().isZero());

            assertThat(watched.worst()).isLessThan(Duration.ofNanos(System.nanoTime() - began));
            assertThat(watched.share()).isBetween(0.0, 1.0);
        }
    }

    /** Naps of 1 ms that lasted {@code millis} each. */
    private void naps(int count, long millis) {
        for (int i = 0; i < count; i++) {
            long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
            stalls.napped(nowNanos, until);
            nowNanos = until;
        }
    }
}
