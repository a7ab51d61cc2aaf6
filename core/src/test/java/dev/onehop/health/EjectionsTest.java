package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.route.BackendKey;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class EjectionsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final List<BackendKey> KEYS =
            SampleService.backends(10).stream().map(Backend::key).toList();
    private static final Set<BackendKey> ALL = Set.copyOf(KEYS);

    @Test
    void anEjectedBackendReturnsAfterASecond() {
        var ejections = Ejections.none().eject(KEYS.get(0), "refused", fleet(10), T0, 1.0);

        assertThat(ejections.at(T0 + millis(999), ALL).of(KEYS.get(0))).isPresent();
        assertThat(ejections.at(T0 + millis(1_000), ALL).of(KEYS.get(0))).isEmpty();
        assertThat(ejections.nextReturnNanos()).hasValue(T0 + millis(1_000));
    }

    @Test
    void theTimeDoublesWithEachEjectionUpToHalfAMinute() {
        var ejections = Ejections.none();
        long now = T0;

        for (long seconds : new long[] {1, 2, 4, 8, 16, 30, 30}) {
            ejections = ejections.eject(KEYS.get(0), "refused", fleet(10), now, 1.0);
            assertThat(ejections.of(KEYS.get(0)).orElseThrow().untilNanos() - now)
                    .isEqualTo(millis(seconds * 1_000));
            now += millis(seconds * 1_000);
            ejections = ejections.at(now, ALL);
        }
    }

    @Test
    void goodTimesDecayTheCountOneStepPerTenSeconds() {
        var ejections = Ejections.none();
        long now = T0;
        for (int i = 0; i < 3; i++) {
            ejections = ejections.eject(KEYS.get(0), "refused", fleet(10), now, 1.0);
            now = ejections.nextReturnNanos().orElseThrow();
            ejections = ejections.at(now, ALL);
        }

        ejections = ejections.eject(
                KEYS.get(0), "refused", fleet(10), now + Duration.ofSeconds(20).toNanos(), 1.0);

        assertThat(ejections.of(KEYS.get(0)).orElseThrow().times()).isEqualTo(2);
    }

    @Test
    void theLastBackendIsNeverEjected() {
        var one = Ejections.none().eject(KEYS.get(0), "refused", fleet(1), T0, 1.0);
        var two = Ejections.none()
                .eject(KEYS.get(0), "refused", fleet(2), T0, 1.0)
                .eject(KEYS.get(1), "refused", fleet(2), T0, 1.0);

        assertThat(one.size()).isZero();
        assertThat(two.size()).isEqualTo(1);
    }

    @Test
    void aFleetThatShrinksToTheEjectedOneTakesItBack() {
        var ejections = Ejections.none().eject(KEYS.get(0), "refused", fleet(3), T0, 1.0);

        assertThat(ejections.at(T0, fleet(1)).size()).isZero();
    }

    @Test
    void theLongestEjectedReturnsFirstWhenTheFleetShrinks() {
        var ejections = Ejections.none()
                .eject(KEYS.get(0), "refused", fleet(10), T0, 1.0)
                .eject(KEYS.get(1), "refused", fleet(10), T0 + millis(5), 1.0);

        var left = ejections.at(T0 + millis(6), fleet(2));

        assertThat(left.of(KEYS.get(0))).isEmpty();
        assertThat(left.of(KEYS.get(1))).isPresent();
    }

    @Test
    void aBackendThatReturnsWithinAMinuteFindsItsEjectionAgain() {
        var ejections = Ejections.none().eject(KEYS.get(0), "refused", fleet(10), T0, 1.0);
        Set<BackendKey> others = Set.copyOf(KEYS.subList(1, 10));

        var afterFlap = ejections.at(T0 + millis(100), others).at(T0 + millis(200), ALL);
        var again = ejections
                .at(T0 + millis(30_000), others)
                .eject(KEYS.get(0), "refused", fleet(10), T0 + millis(5_000), 1.0);

        assertThat(afterFlap.of(KEYS.get(0))).isPresent();
        assertThat(again.of(KEYS.get(0)).orElseThrow().times()).isEqualTo(1);
    }

    @Test
    void aBackendThatStaysAwayIsForgotten() {
        var ejections = Ejections.none();
        for (int i = 0; i < 8; i++) {
            ejections = ejections.eject(KEYS.get(0), "refused", fleet(10), T0, 1.0);
            ejections = ejections.at(T0 + millis(60_000), ALL);
        }
        Set<BackendKey> others = Set.copyOf(KEYS.subList(1, 10));

        assertThat(ejections.at(T0 + millis(600_000), others)).isEqualTo(ejections.at(T0 + millis(700_000), others));
        assertThat(ejections.at(T0 + millis(600_000), others).size()).isZero();
    }

    @Test
    void p1_whateverHappensSomeoneIsLeft() {
        var random = new Random(7);
        for (int history = 0; history < 500; history++) {
            var ejections = Ejections.none();
            long now = T0;
            int fleet = 1 + random.nextInt(10);
            for (int step = 0; step < 50; step++) {
                now += random.nextInt(1_500_000_000);
                if (random.nextInt(4) == 0) {
                    fleet = 1 + random.nextInt(10);
                }
                Set<BackendKey> here = new HashSet<>(KEYS.subList(0, fleet));
                ejections = ejections.at(now, here);
                ejections = ejections.eject(KEYS.get(random.nextInt(fleet)), "refused", here, now, 1.0);
                assertThat(here.stream().filter(in(ejections)).count()).isLessThan(fleet);
            }
        }
    }

    private static Predicate<BackendKey> in(Ejections ejections) {
        return key -> ejections.of(key).isPresent();
    }

    private static Set<BackendKey> fleet(int size) {
        return Set.copyOf(KEYS.subList(0, size));
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
