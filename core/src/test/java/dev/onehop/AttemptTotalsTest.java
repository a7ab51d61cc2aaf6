package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Backend;
import dev.onehop.health.Outcome;
import dev.onehop.health.Signal;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sums over all backends there ever were never go down. */
class AttemptTotalsTest {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final List<Backend> pods = SampleService.backends(3);
    private final Backend leaver = pods.get(0);
    private final List<Backend> stayers = pods.subList(1, 3);

    @Test
    void theyAreSumsOverTheFleet() {
        AttemptTotals totals = AttemptTotals.NONE.with(pods, List.of(), 0);

        pods.forEach(pod -> end(pod, Outcome.SUCCEEDED));
        end(leaver, new Outcome.Failed(Signal.RESET));
        end(leaver, Outcome.ABANDONED);
        leaver.opened();

        assertThat(totals.started()).isEqualTo(6);
        assertThat(totals.succeeded()).isEqualTo(3);
        assertThat(totals.failed()).isEqualTo(1);
        assertThat(totals.abandoned()).isEqualTo(1);
        assertThat(totals.inFlight()).isEqualTo(1);
    }

    @Test
    void whatEndsAfterABackendLeftIsCounted() {
        leaver.opened();
        AttemptTotals totals = AttemptTotals.NONE
                .with(pods, List.of(), 0)
                .with(stayers, List.of(leaver), 0)
                .with(stayers, List.of(), 10 * MINUTE);

        leaver.ended(Outcome.SUCCEEDED);

        assertThat(totals.succeeded()).isEqualTo(1);
        assertThat(totals.inFlight()).isZero();
    }

    @Test
    void aBackendThatIsGoneForGoodLeavesItsTotalsBehind() {
        end(leaver, Outcome.SUCCEEDED);
        end(leaver, new Outcome.Failed(Signal.RESET));
        end(leaver, Outcome.ABANDONED);
        AttemptTotals totals = AttemptTotals.NONE
                .with(pods, List.of(), 0)
                .with(stayers, List.of(leaver), 0)
                .with(stayers, List.of(), MINUTE);

        leaver.opened(); // nobody looks at it any more

        assertThat(totals.started()).isEqualTo(3);
        assertThat(totals.succeeded()).isEqualTo(1);
        assertThat(totals.failed()).isEqualTo(1);
        assertThat(totals.abandoned()).isEqualTo(1);
    }

    @Test
    void theChecksOfABackendThatIsGoneForGoodStayCounted() {
        leaver.checks().ended(true);
        leaver.checks().ended(false);
        leaver.checks().ended(false);
        AttemptTotals totals = AttemptTotals.NONE
                .with(pods, List.of(), 0)
                .with(stayers, List.of(leaver), 0)
                .with(stayers, List.of(), MINUTE);

        stayers.get(0).checks().ended(true);

        assertThat(totals.checksPassed()).isEqualTo(2);
        assertThat(totals.checksFailed()).isEqualTo(2);
        assertThat(totals.started()).isZero();
    }

    @Test
    void aBackendThatLeftIsLookedAtForAMinute() {
        AttemptTotals totals = AttemptTotals.NONE
                .with(pods, List.of(), 0)
                .with(stayers, List.of(leaver), 0)
                .with(stayers, List.of(), MINUTE - 1);

        end(leaver, Outcome.SUCCEEDED); // by a caller that still held the old snapshot

        assertThat(totals.started()).isEqualTo(1);
    }

    @Test
    void callersThatNeverEndTheirAttemptsKeepNoMoreThanAThousandBackends() {
        AttemptTotals totals = AttemptTotals.NONE;
        List<Backend> many = SampleService.backends(1_500);
        many.forEach(Backend::opened);

        totals = totals.with(many, List.of(), 0).with(List.of(), many, 0);

        assertThat(totals.started()).isEqualTo(1_500);
        assertThat(totals.inFlight()).isEqualTo(1_000);
    }

    private static void end(Backend backend, Outcome outcome) {
        backend.opened();
        backend.ended(outcome);
    }
}
