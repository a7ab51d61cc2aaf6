package dev.onehop.k8s.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.faults.Figure;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** the API server comes and goes while pods are replaced. */
@Tag("tierb")
class FlappingApiServerTest {

    private static final int READY = 100;
    private static final int STARTED = 230;
    private static final int PER_SECOND = 300;
    private static final int HALF_PERIOD_SECONDS = 5;

    @Test
    void x2_anApiServerThatComesAndGoesFailsNoConnectionAndIsNotFloodedWithLists() throws Exception {
        Duration length = Length.of(Duration.ofMinutes(2), Duration.ofMinutes(10));
        try (LiveCluster cluster = new LiveCluster(READY, STARTED)) {
            long lists = cluster.lists();
            Duration oldest = Duration.ZERO;
            int mostGone = 0;
            Callers callers = Callers.once(cluster, PER_SECOND);
            long began = System.nanoTime();
            for (int second = 0; second < length.toSeconds(); second++) {
                if (second % HALF_PERIOD_SECONDS == 0) {
                    flip(cluster, second / HALF_PERIOD_SECONDS % 2 == 0);
                }
                replace(cluster, second);
                long next = began + Duration.ofSeconds(second + 1).toNanos();
                while (next - System.nanoTime() > 0) {
                    Duration age = cluster.age();
                    oldest = age.compareTo(oldest) > 0 ? age : oldest;
                    LiveCluster.sleep(20);
                }
                mostGone = Math.max(mostGone, gone(cluster));
            }
            History history = callers.end();
            long asked = cluster.lists() - lists;
            cluster.server.up();
            Duration converged = cluster.awaitWhole(Duration.ofSeconds(40));

            Figure.print(
                    "X-2",
                    "API server 5 s up, 5 s down for " + length.toSeconds() + " s, one of " + READY
                            + " pods replaced every second without preStop",
                    "%d failed; %d lists; %d failovers; the view up to %.0f s old, up to %d of its pods gone; whole %.0f s"
                            + " after the end; %s",
                    history.failed(),
                    asked,
                    history.failovers(),
                    oldest.toMillis() / 1e3,
                    mostGone,
                    converged.toMillis() / 1e3,
                    history.load());
            assertThat(history.failures()).isEmpty();
            assertThat(history.broken()).isEmpty();
            assertThat(history.calls()).hasSizeGreaterThan((int) length.toSeconds() * PER_SECOND / 2);
            assertThat((double) asked).isLessThanOrEqualTo(60 * length.toSeconds() / 600.0);
            assertThat(cluster.auditor.broken()).isEmpty();
            assertThat(converged).isLessThanOrEqualTo(Duration.ofSeconds(31));
        }
    }

    private static void flip(LiveCluster cluster, boolean up) {
        if (up) {
            cluster.server.up();
        } else {
            cluster.server.down();
        }
    }

    /** The oldest pod terminates and stops at once; whoever did so a second ago is not listed any more. */
    private static void replace(LiveCluster cluster, int second) {
        int old = second % STARTED;
        int fresh = (second + READY) % STARTED;
        if (second > 0) {
            cluster.remove((second - 1) % STARTED);
        }
        cluster.terminate(old).add(fresh).publish();
        cluster.doors.stopGracefully(cluster.pod(old));
    }

    /** How many of the pods that the client knows are listed as ready no more. */
    private static int gone(LiveCluster cluster) {
        var known = cluster.known();
        known.removeAll(cluster.uids());
        return known.size();
    }
}
