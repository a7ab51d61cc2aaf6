package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReachTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Reach reach = new Reach();

    @Test
    void nobodyIsReachedBeforeTheFirstConnect() {
        assertThat(reach.isReached()).isFalse();
        assertThat(reach.wasLately(0)).isFalse();
    }

    @Test
    void aConnectCountsForTenSeconds() {
        reach.connected(0);

        assertThat(reach.wasLately(10 * SECOND)).isTrue();
        assertThat(reach.wasLately(10 * SECOND + 1)).isFalse();
        assertThat(reach.isReached()).isTrue();
    }

    @Test
    void laterConnectsKeepItSoToASecond() {
        reach.connected(0);
        reach.connected(SECOND - 1);
        assertThat(reach.wasLately(10 * SECOND + 1)).isFalse();

        reach.connected(SECOND);
        assertThat(reach.wasLately(11 * SECOND)).isTrue();
    }

    @Test
    void aFailureEndsItAtOnceAndTheNextConnectIsNews() {
        assertThat(reach.connected(0)).as("the first").isTrue();
        assertThat(reach.connected(1)).isFalse();

        reach.failed(2);
        assertThat(reach.isReached()).isFalse();
        assertThat(reach.wasLately(2)).isFalse();
        assertThat(reach.connected(3)).isTrue();
        assertThat(reach.wasLately(3)).isTrue();
    }

    @Test
    void aStormOfFailuresIsToldOnceASecond() {
        int told = 0;
        for (long now = 0; now < 3 * SECOND; now += SECOND / 1_000) {
            told += reach.failed(now) ? 1 : 0;
        }

        assertThat(told).isEqualTo(3);
    }
}
