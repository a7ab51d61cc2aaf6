package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.FallbackReason;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StandDownTest {

    private final ManualTime time = new ManualTime();

    @Test
    void aSidecarThatStartsAfterTheApplicationIsFoundAtTheNextLook() {
        var looks = new AtomicInteger();
        var standDown = StandDown.unless(
                () -> looks.incrementAndGet() < 2 ? Optional.empty() : Optional.of("an Istio sidecar"), time::nanoTime);

        assertThat(standDown.look()).isEmpty();
        time.advance(StandDown.BETWEEN_LOOKS);
        assertThat(standDown.look())
                .hasValueSatisfying(found -> assertThat(found.reason()).isEqualTo(FallbackReason.MESH_SIDECAR));
    }

    @Test
    void nobodyLooksTwiceWithinTenSeconds() {
        var looks = new AtomicInteger();
        var standDown = StandDown.unless(
                () -> {
                    looks.incrementAndGet();
                    return Optional.empty();
                },
                time::nanoTime);

        standDown.look();
        time.advance(Duration.ofMillis(9_999));
        standDown.look();
        assertThat(looks).hasValue(1);

        time.advance(Duration.ofMillis(1));
        standDown.look();
        assertThat(looks).hasValue(2);
    }

    @Test
    void aSidecarOnceFoundIsNotLookedForAgain() {
        var looks = new AtomicInteger();
        var standDown = StandDown.unless(
                () -> {
                    looks.incrementAndGet();
                    return Optional.of("an Istio sidecar");
                },
                time::nanoTime);

        standDown.look();
        standDown.look();

        assertThat(looks).hasValue(1);
    }

    @Test
    void switchedOffIsAReasonOfItsOwn() {
        assertThat(StandDown.switchedOff().look())
                .hasValueSatisfying(found -> assertThat(found.reason()).isEqualTo(FallbackReason.SWITCHED_OFF));
    }
}
