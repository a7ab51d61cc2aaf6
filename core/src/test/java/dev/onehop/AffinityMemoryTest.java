package dev.onehop;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejections;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which backend an {@link Affinity} takes for the remembered one: rule R31, by the snapshot alone. */
class AffinityMemoryTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final List<Backend> backends = SampleService.backends(3);
    private final Affinity affinity = new Affinity();

    @Test
    void r31_whoeverIsEligibleIsFoundWhereverItStands() {
        Eligible all = snapshot(backends, Ejections.none());
        for (int i = 0; i < all.size(); i++) {
            Backend chosen = all.backend(i);
            var fresh = new Affinity();
            fresh.pick(all, TIMEOUT, any -> chosen, 0);

            assertThat(fresh.pick(all, TIMEOUT, AffinityMemoryTest::nobody, 1)).isSameAs(chosen);
        }
    }

    @Test
    void r31_whoIsEjectedIsNotPickedThoughRemembered() {
        Backend remembered = backends.get(2);
        affinity.pick(snapshot(backends, Ejections.none()), TIMEOUT, any -> remembered, 0);
        var without = Ejections.none()
                .eject(
                        remembered.key(),
                        Ejection.Kind.HARD,
                        "refused",
                        backends.stream().map(Backend::key).collect(toSet()),
                        0,
                        1.0);
        Eligible eligible = snapshot(backends, without);
        assertThat(eligible.ejected()).containsExactly(remembered);

        assertThat(affinity.pick(eligible, TIMEOUT, any -> any.backend(0), 1)).isSameAs(eligible.backend(0));
    }

    @Test
    void r31_whoIsNotThereAnyMoreIsAFreshPick() {
        Backend gone = SampleService.backends(4).get(3);
        affinity.pick(snapshot(backends, Ejections.none()), TIMEOUT, any -> gone, 0);
        Eligible eligible = snapshot(backends, Ejections.none());

        assertThat(affinity.pick(eligible, TIMEOUT, any -> any.backend(1), 1)).isSameAs(eligible.backend(1));
    }

    private static Backend nobody(Eligible eligible) {
        throw new AssertionError("a fresh pick of " + eligible.backends());
    }

    private static Eligible snapshot(List<Backend> backends, Ejections ejections) {
        return Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejections, 1);
    }
}
