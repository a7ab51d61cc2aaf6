package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.route.BackendKey;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharedFateTest {

    private static final List<BackendKey> KEYS =
            SampleService.backends(10).stream().map(Backend::key).toList();

    private final SharedFate fate = new SharedFate();

    @Test
    void itBeginsWithHalfOfThoseWithTrafficAndEndsBelowThreeInTen() {
        nominate(4, 0);
        assertThat(fate.isShared(10, 0)).isFalse();
        nominate(5, 0);
        assertThat(fate.isShared(10, 0)).isTrue();
        assertThat(fate.isShared(16, 0))
                .as("5 of 16 are more than three in ten")
                .isTrue();
        assertThat(fate.isShared(17, 0)).isFalse();
        assertThat(fate.isShared(16, 0)).as("not again without half").isFalse();
    }

    @Test
    void oneAloneIsNoSharedFate() {
        nominate(1, 0);

        assertThat(fate.isShared(1, 0)).isFalse();
        assertThat(fate.isShared(2, 0)).isFalse();
    }

    @Test
    void nominationsCountForThirtySeconds() {
        nominate(5, 0);

        assertThat(fate.isShared(10, Duration.ofSeconds(30).toNanos())).isTrue();
        assertThat(fate.isShared(10, Duration.ofSeconds(30).toNanos() + 1)).isFalse();
    }

    @Test
    void whoHasLeftDoesNotCount() {
        nominate(5, 0);
        assertThat(fate.isShared(10, 0)).isTrue();

        fate.keep(Set.copyOf(KEYS.subList(5, 10)));

        assertThat(fate.isShared(0, 0)).as("a fleet without traffic").isFalse();
        assertThat(fate.isShared(10, 0)).isFalse();
    }

    private void nominate(int count, long now) {
        KEYS.subList(0, count).forEach(key -> fate.nominated(key, now));
    }
}
