package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Trials before their time, once one is back of all that were dead (F-11). */
class RecallsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final List<BackendKey> KEYS =
            SampleService.backends(20).stream().map(Backend::key).toList();
    private static final Set<BackendKey> FLEET = Set.copyOf(KEYS);

    private final Recalls recalls = new Recalls();
    private Ejections out = Ejections.none();

    @Test
    void allThatAreOutForFailedConnectsAreDueWithinTwoSecondsAndNotAllAtOnce() {
        long now = outForThirtySeconds(10);
        assertThat(out.due(FLEET, recalls, now)).isEmpty();

        recalls.all(FLEET, out, now, () -> 1);

        assertThat(recalls.nextNanos(now)).hasValue(now + 2 * SECOND);
        assertThat(out.due(FLEET, recalls, now + 2 * SECOND - 1)).isEmpty();
        assertThat(out.due(FLEET, recalls, now + 2 * SECOND))
                .as("a tenth of twenty")
                .hasSize(2);
        assertThat(out.due(FLEET, now + 2 * SECOND))
                .as("their own time is not up")
                .isEmpty();
    }

    @Test
    void nobodyIsTriedLaterThanItsOwnTime() {
        out = out.eject(KEYS.get(0), Kind.HARD, "refused", FLEET, 0, 1);
        recalls.all(FLEET, out, 0, () -> 1);

        assertThat(out.due(FLEET, recalls, SECOND)).containsExactly(KEYS.get(0));
    }

    @Test
    void anotherRecallNeverPutsATrialOff() {
        long now = outForThirtySeconds(1);
        recalls.at(KEYS.get(0), now + SECOND);
        recalls.all(FLEET, out, now, () -> 1);

        assertThat(recalls.nextNanos(now)).hasValue(now + SECOND);
    }

    @Test
    void thoseOutForBadAnswersWaitTheirTime() {
        out = out.eject(KEYS.get(0), Kind.SOFT, "503", FLEET, 0, 1);
        recalls.all(FLEET, out, 0, () -> 0);

        assertThat(out.due(FLEET, recalls, SECOND)).isEmpty();
    }

    @Test
    void aRecallIsForOneTrial() {
        long now = outForThirtySeconds(1);
        recalls.at(KEYS.get(0), now);
        assertThat(out.due(FLEET, recalls, now)).hasSize(1);

        recalls.over(KEYS.get(0));

        assertThat(out.due(FLEET, recalls, now)).isEmpty();
    }

    @Test
    void whoeverIsBackIsForgotten() {
        long now = outForThirtySeconds(1);
        recalls.at(KEYS.get(0), now + SECOND);

        recalls.keep(out.back(KEYS.get(0), now));

        assertThat(recalls.nextNanos(now)).isEmpty();
    }

    /** The first {@code count} after so many failed trials that the next one is thirty seconds off; gives the time. */
    private long outForThirtySeconds(int count) {
        for (BackendKey key : KEYS.subList(0, count)) {
            out = out.eject(key, Kind.HARD, "refused", FLEET, 0, 1);
            for (int trial = 0; trial < 6; trial++) {
                out = out.onTrial(key, 0).failedTrial(key, "refused", 0, 1);
            }
        }
        return 10 * SECOND;
    }
}
