package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.FallbackReason;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StandDownTest {

    @Test
    void aSidecarThatStartsAfterTheApplicationIsFoundAtTheNextLook() {
        var looks = new AtomicInteger();
        var standDown = StandDown.unless(
                () -> looks.incrementAndGet() < 2 ? Optional.empty() : Optional.of("an Istio sidecar"));

        assertThat(standDown.look()).isEmpty();
        assertThat(standDown.look())
                .hasValueSatisfying(found -> assertThat(found.reason()).isEqualTo(FallbackReason.MESH_SIDECAR));
    }

    @Test
    void aSidecarOnceFoundIsNotLookedForAgain() {
        var looks = new AtomicInteger();
        var standDown = StandDown.unless(() -> {
            looks.incrementAndGet();
            return Optional.of("an Istio sidecar");
        });

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
