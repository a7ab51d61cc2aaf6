package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EjectionsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final List<BackendKey> KEYS =
            SampleService.backends(10).stream().map(Backend::key).toList();
    private static final Set<BackendKey> ALL = Set.copyOf(KEYS);
    private static final BackendKey A = KEYS.get(0);

    @Test
    void f30_aFailedConnectKeepsABackendOutFor1_2_4_8_16_30Seconds() {
        assertThat(times(Kind.HARD)).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void f30_badAnswersKeepABackendOutFor10_20_40_80_120Seconds() {
        assertThat(times(Kind.SOFT)).containsExactly(10L, 20L, 40L, 80L, 120L, 120L, 120L);
    }

    @Test
    void p5_theTimeIsStretchedByTheJitterAndNoMore() {
        var longer = Ejections.none().eject(A, Kind.HARD, "refused", ALL, T0, 1.2);
        var shorter = Ejections.none().eject(A, Kind.HARD, "refused", ALL, T0, 0.8);

        assertThat(longer.of(A).orElseThrow().untilNanos() - T0).isEqualTo(millis(1_200));
        assertThat(shorter.of(A).orElseThrow().untilNanos() - T0).isEqualTo(millis(800));
    }

    @Test
    void anEjectedBackendIsDueWhenItsTimeIsUpAndBackAfterAGoodTrial() {
        var out = Ejections.none().eject(A, Kind.HARD, "refused", ALL, T0, 1.0);

        assertThat(out.due(ALL, T0 + millis(999))).isEmpty();
        assertThat(out.due(ALL, T0 + millis(1_000))).containsExactly(A);
        assertThat(out.nextNanos(T0)).hasValue(T0 + millis(1_000));
        assertThat(out.nextNanos(T0 + millis(1_000))).isEmpty();
        assertThat(out.at(T0 + millis(50_000), ALL, 1.0).of(A))
                .as("nobody returns untried")
                .isPresent();
        assertThat(out.onTrial(A, T0 + millis(1_000))
                        .back(A, T0 + millis(1_001))
                        .of(A))
                .isEmpty();
    }

    @Test
    void f42_aTrialThatNobodyEndsIsLostAfterTenSecondsAndCountsForNothing() {
        var onTrial = Ejections.none().eject(A, Kind.SOFT, "503", ALL, T0, 1.0).onTrial(A, T0 + millis(10_000));

        assertThat(onTrial.nextNanos(T0 + millis(10_000))).hasValue(T0 + millis(20_000));
        assertThat(onTrial.at(T0 + millis(19_999), ALL, 1.0)).isSameAs(onTrial);
        Ejection lost = onTrial.at(T0 + millis(20_000), ALL, 1.0).of(A).orElseThrow();
        assertThat(lost.onTrial()).isFalse();
        assertThat(lost.times()).isEqualTo(1);
        assertThat(lost.untilNanos()).isEqualTo(T0 + millis(30_000));
    }

    @Test
    void goodTimesDecayTheCountOneStepPerTenSeconds() {
        var ejections = Ejections.none().eject(A, Kind.HARD, "refused", ALL, T0, 1.0);
        ejections = ejections.failedTrial(A, "refused", T0, 1.0).failedTrial(A, "refused", T0, 1.0);
        assertThat(ejections.of(A).orElseThrow().times()).isEqualTo(3);
        ejections = ejections.back(A, T0 + millis(7_000));

        assertThat(timesOfTheNext(ejections, T0 + millis(7_000))).isEqualTo(4);
        assertThat(timesOfTheNext(ejections, T0 + millis(16_999))).isEqualTo(4);
        assertThat(timesOfTheNext(ejections, T0 + millis(27_000))).isEqualTo(2);
        assertThat(timesOfTheNext(ejections, T0 + millis(90_000))).isEqualTo(1);
    }

    @Test
    void f39_notMoreThanOneInTenIsTriedAtOnce() {
        var ejections = Ejections.none();
        for (int i = 0; i < 9; i++) {
            ejections = ejections.eject(KEYS.get(i), Kind.HARD, "refused", ALL, T0 + i, 1.0);
        }
        long healed = T0 + millis(5_000);

        assertThat(ejections.due(ALL, healed)).containsExactly(A);
        assertThat(ejections.onTrial(A, healed).due(ALL, healed)).isEmpty();
        assertThat(ejections.onTrial(A, healed).back(A, healed).due(ALL, healed))
                .containsExactly(KEYS.get(1));
        assertThat(ejections.due(fleet(3), healed)).hasSize(1);
    }

    @Test
    void theLastBackendIsNeverEjected() {
        var one = Ejections.none().eject(A, Kind.HARD, "refused", fleet(1), T0, 1.0);
        var two = Ejections.none()
                .eject(A, Kind.HARD, "refused", fleet(2), T0, 1.0)
                .eject(KEYS.get(1), Kind.HARD, "refused", fleet(2), T0, 1.0);

        assertThat(one.size()).isZero();
        assertThat(two.size()).isEqualTo(1);
    }

    @Test
    void badAnswersEjectFewerThanHalf() {
        int[] most = {0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4};
        for (int n = 1; n <= 10; n++) {
            var ejections = Ejections.none();
            for (int i = 0; i < n; i++) {
                ejections = ejections.eject(KEYS.get(i), Kind.SOFT, "503", fleet(n), T0, 1.0);
            }
            assertThat(ejections.size()).as("of %d", n).isEqualTo(most[n]);
        }
    }

    @Test
    void f38_aFleetThatShrinksToTheEjectedOneTakesItBackAtOnce() {
        var ejections = Ejections.none().eject(A, Kind.HARD, "refused", fleet(3), T0, 1.0);

        assertThat(ejections.at(T0, fleet(1), 1.0).size()).isZero();
    }

    @Test
    void whenTheFleetShrinksTheLongestEjectedReturnFirstAndThoseForBadAnswersBeforeAll() {
        var ejections = Ejections.none()
                .eject(A, Kind.HARD, "refused", fleet(10), T0, 1.0)
                .eject(KEYS.get(1), Kind.SOFT, "503", fleet(10), T0 + millis(5), 1.0)
                .eject(KEYS.get(2), Kind.HARD, "refused", fleet(10), T0 + millis(6), 1.0);

        var ofThree = ejections.at(T0 + millis(7), fleet(3), 1.0);
        assertThat(ofThree.of(KEYS.get(1))).isEmpty();
        assertThat(ofThree.of(A)).isPresent();
        assertThat(ofThree.of(KEYS.get(2))).isPresent();

        var ofTwo = Ejections.none()
                .eject(A, Kind.HARD, "refused", fleet(10), T0, 1.0)
                .eject(KEYS.get(1), Kind.HARD, "refused", fleet(10), T0 + millis(5), 1.0)
                .at(T0 + millis(6), fleet(2), 1.0);
        assertThat(ofTwo.of(A)).isEmpty();
        assertThat(ofTwo.of(KEYS.get(1))).isPresent();
    }

    @Test
    void aPardonForBadAnswersIsNoneForFailedConnects() {
        var ejections = Ejections.none()
                .eject(A, Kind.HARD, "refused", ALL, T0, 1.0)
                .eject(KEYS.get(1), Kind.SOFT, "503", ALL, T0, 1.0)
                .pardonSoft(T0);

        assertThat(ejections.of(A)).isPresent();
        assertThat(ejections.of(KEYS.get(1))).isEmpty();
        assertThat(ejections.pardonSoft(T0)).isSameAs(ejections);
    }

    @Test
    void aBackendThatReturnsWithinAMinuteFindsItsEjectionAgainAndLaterNone() {
        var ejections = Ejections.none().eject(A, Kind.HARD, "refused", ALL, T0, 1.0);
        Set<BackendKey> others = Set.copyOf(KEYS.subList(1, 10));

        assertThat(ejections.at(T0 + millis(60_000), others, 1.0).of(A)).isPresent();
        assertThat(ejections.due(others, T0 + millis(60_000))).isEmpty();
        assertThat(ejections.at(T0 + millis(61_001), others, 1.0).size()).isZero();
    }

    @Test
    void aBackendThatStaysAwayLeavesNothingBehind() {
        var ejections = Ejections.none().eject(A, Kind.HARD, "refused", ALL, T0, 1.0);
        for (int i = 0; i < 30; i++) {
            ejections = ejections.failedTrial(A, "refused", T0, 1.0);
        }
        ejections = ejections.back(A, T0);
        Set<BackendKey> others = Set.copyOf(KEYS.subList(1, 10));

        assertThat(timesOfTheNext(ejections.at(T0 + millis(60_000), others, 1.0), T0 + millis(60_001)))
                .isGreaterThan(20);
        assertThat(timesOfTheNext(ejections.at(T0 + millis(60_001), others, 1.0), T0 + millis(60_001)))
                .isEqualTo(1);
    }

    @Test
    void p1_p6_whateverHappensTheLimitsHoldAfterEveryStep() {
        var random = new Random(7);
        for (int history = 0; history < 2_000; history++) {
            var ejections = Ejections.none();
            long now = T0;
            int fleet = 1 + random.nextInt(10);
            for (int step = 0; step < 60; step++) {
                now += random.nextInt(1_500_000_000);
                if (random.nextInt(4) == 0) {
                    fleet = 1 + random.nextInt(10);
                }
                Set<BackendKey> here = new HashSet<>(KEYS.subList(0, fleet));
                BackendKey someone = KEYS.get(random.nextInt(fleet));
                ejections = ejections.at(now, here, 0.8 + 0.4 * random.nextDouble());
                ejections = switch (random.nextInt(5)) {
                    case 0 -> ejections.failedTrial(someone, "refused", now, 1.0);
                    case 1 -> ejections.back(someone, now);
                    case 2 -> onTrial(ejections, here, now);
                    default ->
                        ejections.eject(
                                someone, random.nextBoolean() ? Kind.HARD : Kind.SOFT, "a test", here, now, 1.0);
                };
                assertWithinLimits(ejections, here);
            }
        }
    }

    private static void assertWithinLimits(Ejections ejections, Set<BackendKey> fleet) {
        int n = fleet.size();
        List<Ejection> out =
                fleet.stream().flatMap(key -> ejections.of(key).stream()).toList();
        long soft = out.stream().filter(each -> each.kind() == Kind.SOFT).count();
        assertThat(out.size()).as("of %d", n).isLessThan(n);
        assertThat(soft).as("of %d, soft", n).isLessThanOrEqualTo(n == 2 ? 1 : Math.max(0, (n + 1) / 2 - 1));
    }

    private static Ejections onTrial(Ejections ejections, Set<BackendKey> fleet, long now) {
        Ejections next = ejections;
        List<BackendKey> due = next.due(fleet, now);
        assertThat(due.size() + out(next, fleet)).isLessThanOrEqualTo(Math.max(out(next, fleet), 1));
        for (BackendKey key : due) {
            next = next.onTrial(key, now);
        }
        return next;
    }

    private static int out(Ejections ejections, Set<BackendKey> fleet) {
        return (int) fleet.stream()
                .flatMap(key -> ejections.of(key).stream())
                .filter(Ejection::onTrial)
                .count();
    }

    private static int timesOfTheNext(Ejections ejections, long now) {
        return ejections
                .eject(A, Kind.HARD, "refused", ALL, now, 1.0)
                .of(A)
                .orElseThrow()
                .times();
    }

    /** Seconds out at the first ejection and after six failed trials. */
    private static List<Long> times(Kind kind) {
        var seconds = new ArrayList<Long>();
        long now = T0;
        var ejections = Ejections.none().eject(A, kind, "a test", ALL, now, 1.0);
        for (int i = 0; i < 7; i++) {
            long until = ejections.of(A).orElseThrow().untilNanos();
            seconds.add((until - now) / 1_000_000_000);
            now = until;
            ejections = ejections.onTrial(A, now).failedTrial(A, "a test", now, 1.0);
        }
        return seconds;
    }

    private static Set<BackendKey> fleet(int size) {
        return Set.copyOf(KEYS.subList(0, size));
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
