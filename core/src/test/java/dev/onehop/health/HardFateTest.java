package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** When so many refuse that it is not them one by one (reliability 2.5). */
class HardFateTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final HardFate fate = new HardFate();
    private List<Backend> fleet = SampleService.backends(10);
    private Ejections out = Ejections.none();

    @Test
    void itBeginsWithEightOfTenAndEndsWithHalf() {
        fail(0, 7, 0);
        assertThat(isShared(0)).isFalse();
        fail(7, 8, 0);
        assertThat(isShared(0)).isTrue();
        assertThat(fate.refusing()).isEqualTo(8);
        assertThat(fate.present()).isEqualTo(10);

        reach(0, 2, 1);
        assertThat(isShared(1)).as("six of ten").isTrue();
        reach(2, 3, 1);
        assertThat(isShared(1)).as("five of ten").isFalse();
        fail(2, 5, 2);
        assertThat(isShared(2)).as("not again without eight").isFalse();
    }

    @Test
    void fourOfFiveAreEnoughAndThreeOfFourAreNot() {
        fleet = SampleService.backends(4);
        fail(0, 3, 0);
        assertThat(isShared(0)).isFalse();
        fleet = SampleService.backends(5);
        fail(0, 4, 0);
        assertThat(isShared(0)).isTrue();
    }

    @Test
    void aLonePodHasNobodyToShareItsFateWithAndTwoHave() {
        fleet = SampleService.backends(1);
        fail(0, 1, 0);
        assertThat(isShared(0)).isFalse();
        fleet = SampleService.backends(2);
        fail(0, 2, 0);
        assertThat(isShared(0)).isTrue();
        reach(1, 2, 0);
        assertThat(isShared(0)).isFalse();
    }

    @Test
    void aFailureCountsForTenSeconds() {
        fail(0, 10, 0);

        assertThat(isShared(10 * SECOND)).isTrue();
        assertThat(fate.nextNanos(10 * SECOND)).hasValue(10 * SECOND + 1);
        assertThat(isShared(10 * SECOND + 1)).isFalse();
        assertThat(fate.nextNanos(10 * SECOND + 1)).isEmpty();
    }

    @Test
    void whoeverIsEjectedForFailuresCountsUntilItIsBack() {
        Set<BackendKey> keys = fleet.stream().map(Backend::key).collect(Collectors.toSet());
        fail(0, 10, 0);
        for (Backend backend : fleet.subList(0, 9)) {
            out = out.eject(backend.key(), Kind.HARD, "refused", keys, 0, 1);
        }

        assertThat(isShared(0)).isTrue();
        assertThat(isShared(60 * SECOND)).isTrue();
        assertThat(fate.refusing()).isEqualTo(9);
        for (Backend backend : fleet.subList(0, 4)) {
            out = out.back(backend.key(), 60 * SECOND);
        }
        assertThat(isShared(60 * SECOND)).isFalse();
    }

    @Test
    void badAnswersAreAnotherMatter() {
        Set<BackendKey> keys = fleet.stream().map(Backend::key).collect(Collectors.toSet());
        fail(0, 7, 0);
        out = out.eject(fleet.get(9).key(), Kind.SOFT, "503", keys, 0, 1);

        assertThat(isShared(0)).isFalse();
    }

    @Test
    void whoeverWasReachedSinceDoesNotCount() {
        fail(0, 10, 0);
        reach(0, 3, 1);

        assertThat(isShared(1)).isFalse();
    }

    @Test
    void withoutBackendsThereIsNone() {
        fail(0, 10, 0);
        assertThat(isShared(0)).isTrue();
        fleet = List.of();
        assertThat(isShared(0)).isFalse();
    }

    private boolean isShared(long now) {
        return fate.isShared(fleet, out, now);
    }

    private void fail(int from, int until, long now) {
        for (Backend backend : fleet.subList(from, until)) {
            backend.reach().failed(now);
            fate.failed(backend.key(), now);
        }
    }

    private void reach(int from, int until, long now) {
        fleet.subList(from, until).forEach(backend -> backend.reach().connected(now));
    }
}
