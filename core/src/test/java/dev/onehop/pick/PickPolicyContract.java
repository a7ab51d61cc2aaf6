package dev.onehop.pick;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejections;
import dev.onehop.pick.PickPolicy.Picker;
import dev.onehop.testing.SampleService;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link PickPolicy} owes its users. A test class of an implementation extends this. */
public abstract class PickPolicyContract {

    protected static final long SEED = 20_261_122;

    protected abstract PickPolicy policy();

    protected final Picker picker() {
        return policy().picker(new Random(SEED));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100, 10_000})
    void picksOnlyWhatIsEligible(int pods) {
        var eligible = SampleService.eligible(pods);
        Set<Backend> allowed = new HashSet<>(eligible.backends());
        var picker = picker();

        for (int i = 0; i < 1_000; i++) {
            assertThat(allowed).contains(picker.pick(eligible));
        }
    }

    @Test
    void reachesEveryBackend() {
        var eligible = SampleService.eligible(20);
        var picker = picker();

        Set<Backend> seen = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            seen.add(picker.pick(eligible));
        }

        assertThat(seen).hasSize(20);
    }

    @Test
    void neverPicksAnEjectedBackend() {
        var backends = SampleService.backends(5);
        var out = backends.get(2);
        var fleet = backends.stream().map(Backend::key).collect(toSet());
        var ejections = Ejections.none().eject(out.key(), Ejection.Kind.HARD, "test", fleet, 0, 1.0);
        var eligible = Eligible.of(SampleService.view(5), SampleService.route(5), backends, ejections, 1);
        var picker = picker();

        for (int i = 0; i < 1_000; i++) {
            assertThat(picker.pick(eligible)).isNotSameAs(out);
        }
    }

    @Test
    void followsTheSnapshotWhenTheFleetShrinksAndGrows() {
        var picker = picker();

        for (int pods : List.of(10, 1, 7, 2, 300, 3)) {
            var eligible = SampleService.eligible(pods);
            Set<Backend> allowed = new HashSet<>(eligible.backends());
            for (int i = 0; i < 50; i++) {
                assertThat(allowed).contains(picker.pick(eligible));
            }
        }
    }

    @Test
    void oneBackendIsAlwaysThePick() {
        var eligible = SampleService.eligible(1);

        assertThat(picker().pick(eligible)).isSameAs(eligible.backend(0));
    }

    @Test
    void manyThreadsMayPickAtOnce() throws InterruptedException {
        var eligible = SampleService.eligible(7);
        var picker = picker();
        Set<Backend> seen = ConcurrentHashMap.newKeySet();
        var done = new CountDownLatch(4);

        for (int t = 0; t < 4; t++) {
            new Thread(() -> {
                        for (int i = 0; i < 5_000; i++) {
                            seen.add(picker.pick(eligible));
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();

        assertThat(seen).containsExactlyInAnyOrderElementsOf(eligible.backends());
    }

    @Test
    void hasANameForPeople() {
        assertThat(policy().toString()).doesNotContain("@").isNotBlank();
    }
}
