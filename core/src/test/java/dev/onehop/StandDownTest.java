package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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

    @Test
    void aSidecarThatStartsLateStopsTheBalancingForGood() throws Exception {
        var discovery = StaticDiscovery.create();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 2));
        var sidecar = new AtomicReference<Optional<String>>(Optional.empty());
        try (var onehop = Onehop.builder()
                .discovery(discovery)
                .sidecar(sidecar::get)
                .loop(time)
                .build()) {
            Balancer api = onehop.balancer("api.shop:80");
            time.run();
            assertThat(api.eligible().size()).isEqualTo(2);

            sidecar.set(Optional.of("an Istio sidecar"));
            time.advance(StandDown.BETWEEN_LOOKS);
            for (int pods = 3; pods < 6; pods++) {
                discovery.set(SampleService.service(), SampleService.slice("api-1", 0, pods));
                time.run();
                assertThat(api.eligible().decision())
                        .isEqualTo(new Decision.ClusterIp(FallbackReason.MESH_SIDECAR, "an Istio sidecar"));
            }
        }
    }
}
