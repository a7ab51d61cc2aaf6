package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HardEvidenceTest {

    private static final long T0 = 5_000_000_000L;

    private final HardEvidence evidence = new HardEvidence();

    @Test
    void oneFailureIsNotEnough() {
        assertThat(evidence.add(Signal.CONNECT_REFUSED, T0)).isFalse();
    }

    @Test
    void twoInARowAreEnough() {
        evidence.add(Signal.CONNECT_REFUSED, T0);

        assertThat(evidence.add(
                        Signal.CONNECT_TIMEOUT, T0 + Duration.ofSeconds(9).toNanos()))
                .isTrue();
    }

    @Test
    void aBurstOfParallelConnectsCountsOnce() {
        for (int i = 0; i < 16; i++) {
            assertThat(evidence.add(Signal.CONNECT_REFUSED, T0 + i * 10_000L)).isFalse();
        }
    }

    @Test
    void failuresMoreThanTenSecondsApartAreNoStreak() {
        evidence.add(Signal.CONNECT_REFUSED, T0);

        assertThat(evidence.add(
                        Signal.CONNECT_REFUSED, T0 + Duration.ofSeconds(11).toNanos()))
                .isFalse();
    }

    @Test
    void aConnectionInBetweenEndsTheStreak() {
        evidence.add(Signal.CONNECT_REFUSED, T0);
        evidence.clear();

        assertThat(evidence.add(
                        Signal.CONNECT_REFUSED, T0 + Duration.ofSeconds(1).toNanos()))
                .isFalse();
    }
}
