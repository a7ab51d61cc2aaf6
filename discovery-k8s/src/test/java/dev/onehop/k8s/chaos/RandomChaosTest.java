package dev.onehop.k8s.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.faults.Figure;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** pods and the API server fail at random, and what was promised holds all the while. */
@Tag("tierb")
class RandomChaosTest {

    private static final int READY = 12;
    private static final int STARTED = 40;
    private static final int PER_SECOND = 100;
    private static final Duration STEP = Duration.ofMillis(250);
    private static final Duration ANSWER = Duration.ofMillis(400);
    private static final Duration WELL_AGAIN = Duration.ofSeconds(164);

    @Test
    void x3_whateverFailsNoIdempotentCallDoesAndTheLimitsHoldInEverySnapshot() throws Exception {
        Duration length = Length.of(Duration.ofMinutes(3), Duration.ofMinutes(30));
        var random = new SplittableRandom(Length.seed());
        System.out.println("X-3 | seed " + Length.seed());
        try (LiveCluster cluster = new LiveCluster(READY, STARTED)) {
            var podFaults = new PodFaults(cluster, random.split());
            var apiFaults = new ApiFaults(cluster.server, random.split());
            Callers callers = Callers.replaying(cluster, PER_SECOND, ANSWER);
            long began = System.nanoTime();
            while (System.nanoTime() - began < length.toNanos()) {
                podFaults.step();
                apiFaults.step();
                LiveCluster.sleep(STEP.toMillis());
            }
            apiFaults.end();
            podFaults.end();
            Duration well = cluster.await(
                    "the view is whole and nobody is out",
                    WELL_AGAIN,
                    () -> cluster.known().equals(cluster.uids())
                            && cluster.api.eligible().ejected().isEmpty());
            History history = callers.end();

            Auditor auditor = cluster.auditor;
            Figure.print(
                    "X-3",
                    "random faults of pods and API server for " + length.toSeconds() + " s from seed " + Length.seed()
                            + ", up to half of " + READY + " pods bad at a time",
                    "%d calls failed; %d connects of %,d found nobody, %,d requests sent again by callers; %,d snapshots,"
                            + " %d broke a rule; %d hard and %d soft ejections, %d out at most; all well %.0f s after;"
                            + " pods: %s; API server: %s; %s",
                    history.failed(),
                    history.unconnected(),
                    history.calls().size() + history.replays(),
                    history.replays(),
                    auditor.snapshots(),
                    auditor.broken().size(),
                    auditor.hard(),
                    auditor.soft(),
                    auditor.most(),
                    well.toMillis() / 1e3,
                    podFaults.did(),
                    apiFaults.did(),
                    history.load());
            assertThat(history.failures()).isEmpty();
            assertThat(history.unconnected()).as("connects that found nobody").isZero();
            assertThat(history.broken()).isEmpty();
            assertThat(auditor.broken()).isEmpty();
            assertThat(auditor.hard()).isPositive();
            assertThat(auditor.soft()).isPositive();
            assertThat(podFaults.did()).hasSize(PodFaults.Fault.values().length);
            assertThat(apiFaults.did()).hasSize(ApiFaults.Fault.values().length);
        }
    }
}
