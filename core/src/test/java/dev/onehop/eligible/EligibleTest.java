package dev.onehop.eligible;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejections;
import dev.onehop.route.BackendKey;
import dev.onehop.testing.SampleService;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EligibleTest {

    private final List<Backend> backends = SampleService.backends(3);

    @Test
    void ejectedBackendsAreNotEligible() {
        var eligible = Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejected(1, 10), 1);

        assertThat(eligible.backends()).containsExactlyInAnyOrder(backends.get(1), backends.get(2));
        assertThat(eligible.ejected()).containsExactly(backends.get(0));
        assertThat(eligible.failedOpen()).isFalse();
    }

    @Test
    void healthNeverEmptiesTheSet() {
        var eligible = Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejected(3, 10), 1);

        assertThat(eligible.backends()).containsExactlyInAnyOrderElementsOf(backends);
        assertThat(eligible.ejected()).isEmpty();
        assertThat(eligible.failedOpen()).isTrue();
    }

    @Test
    void aFailoverTurnsToEjectedBackendsOnceAllOthersWereTried() {
        var eligible = Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejected(1, 10), 1);

        var afterOne = eligible.without(List.of(backends.get(1))).orElseThrow();
        var afterTwo =
                eligible.without(List.of(backends.get(1), backends.get(2))).orElseThrow();

        assertThat(afterOne.backends()).containsExactly(backends.get(2));
        assertThat(afterTwo.backends()).containsExactly(backends.get(0));
        assertThat(eligible.without(backends)).isEmpty();
    }

    @Test
    void nobodyIsEligibleInARefusal() {
        var eligible =
                Eligible.nobody(new Decision.Refuse(Verdict.REJECT, "no endpoints"), SampleService.view(0), null, 1);

        assertThat(eligible.size()).isZero();
        assertThat(eligible.backends()).isEmpty();
        assertThat(eligible.without(List.of())).isEmpty();
    }

    @Test
    void aSnapshotTellsWhatItWasMadeFromAndWhoIsEjected() {
        var view = SampleService.view(3);
        var route = SampleService.route(3);

        var eligible = Eligible.of(view, route, backends, ejected(1, 10), 7);

        assertThat(eligible.view()).isSameAs(view);
        assertThat(eligible.route()).containsSame(route);
        assertThat(eligible.version()).isEqualTo(7);
        assertThat(eligible.ejection(backends.get(0))).isPresent();
        assertThat(eligible.ejection(backends.get(1))).isEmpty();
    }

    @Test
    void whoMayBePickedIsContainedAndWhoIsEjectedIsNot() {
        var eligible = Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejected(1, 10), 1);

        assertThat(eligible.contains(backends.get(1))).isTrue();
        assertThat(eligible.contains(backends.get(2))).isTrue();
        assertThat(eligible.contains(backends.get(0))).isFalse();
    }

    @Test
    void anotherBackendOfTheSameKeyIsNotContained() {
        var eligible = Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejected(0, 10), 1);
        Backend twin = SampleService.backends(1).get(0);

        assertThat(twin.key()).isEqualTo(backends.get(0).key());
        assertThat(eligible.contains(twin)).isFalse();
        assertThat(eligible.contains(backends.get(0))).isTrue();
    }

    @Test
    void leftoversOfAFailoverAreNoPanic() {
        var eligible = Eligible.of(SampleService.view(3), SampleService.route(3), backends, ejected(1, 10), 1);

        assertThat(eligible.without(List.of(backends.get(1))).orElseThrow().failedOpen())
                .isFalse();
    }

    /** The first {@code count} of the three ejected, as if the fleet were larger than it is. */
    private Ejections ejected(int count, int fleet) {
        Set<BackendKey> larger =
                SampleService.backends(fleet).stream().map(Backend::key).collect(toSet());
        var ejections = Ejections.none();
        for (Backend backend : backends.subList(0, count)) {
            ejections = ejections.eject(backend.key(), Ejection.Kind.HARD, "refused", larger, 0, 1.0);
        }
        return ejections;
    }
}
