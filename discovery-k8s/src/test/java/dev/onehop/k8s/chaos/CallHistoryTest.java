package dev.onehop.k8s.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.faults.Figure;
import dev.onehop.faults.Stalls;
import dev.onehop.k8s.chaos.Callers.Dial;
import dev.onehop.k8s.chaos.LiveCluster.Removal;
import dev.onehop.k8s.fake.Ending;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** every dial is held against what the API server had told by then. */
@Tag("tierb")
class CallHistoryTest {

    private static final int READY = 30;
    private static final int STARTED = 90;
    private static final int PER_SECOND = 300;
    private static final Duration SOON = Duration.ofMillis(100);

    /** Who was not seen to terminate may be on its way to another slice (C-09). */
    private static final Duration KEPT = Duration.ofMillis(250);

    private static final Duration STEP = Duration.ofMillis(100);

    /** How much later than its removal was told a pod was picked, what is allowed apart. */
    private record Late(String uid, long nanos, long stalledNanos) {

        boolean isTooMuch() {
            return nanos > SOON.toNanos() + stalledNanos;
        }
    }

    @Test
    void x4_noCallBeginsOnAPodLaterThanATenthOfASecondAfterItsRemovalWasTold() throws Exception {
        Duration length = Length.of(Duration.ofMinutes(1), Duration.ofMinutes(10));
        var random = new SplittableRandom(Length.seed());
        try (LiveCluster cluster = new LiveCluster(READY, STARTED);
                Stalls stalls = Stalls.watched()) {
            Callers callers = Callers.once(cluster, PER_SECOND);
            Churn churn = new Churn(cluster, random);
            long began = System.nanoTime();
            for (int step = 0; System.nanoTime() - began < length.toNanos(); step++) {
                churn.step(step);
                LiveCluster.sleep(STEP.toMillis());
            }
            cluster.server.up();
            cluster.awaitWhole(Duration.ofSeconds(40));
            LiveCluster.sleep(500);
            History history = callers.end();

            List<Late> late = late(cluster, history, stalls);
            List<Late> tooMuch = late.stream().filter(Late::isTooMuch).toList();
            long latest = late.stream().mapToLong(Late::nanos).max().orElse(0);
            Figure.print(
                    "X-4",
                    "random churn of " + READY + " pods, watches cut, versions expired, API server away for moments, "
                            + length.toSeconds() + " s from seed " + Length.seed(),
                    "%d of %,d dials too late after one of %d removals was told, the latest %.1f ms after (this machine"
                            + " stalled up to %d ms); %d failed; %d snapshots; %s",
                    tooMuch.size(),
                    history.dials().size(),
                    cluster.removals().size(),
                    latest / 1e6,
                    stalls.worst().toMillis(),
                    history.failed(),
                    cluster.auditor.snapshots(),
                    history.load());
            assertThat(tooMuch).isEmpty();
            assertThat(late)
                    .as("dials after a removal was told: the test sees them")
                    .isNotEmpty();
            assertThat(cluster.removals()).hasSizeGreaterThan((int) length.toSeconds());
            assertThat(history.broken()).isEmpty();
            assertThat(history.failures()).isEmpty();
            assertThat(cluster.auditor.broken()).isEmpty();
        }
    }

    private static List<Late> late(LiveCluster cluster, History history, Stalls stalls) {
        var late = new ArrayList<Late>();
        Map<String, Removal> removals = cluster.removals();
        for (Dial dial : history.dials()) {
            Removal removal = removals.get(dial.uid());
            if (removal == null) {
                continue;
            }
            OptionalLong told = cluster.server.deliveredNanos("endpointslices", removal.version());
            if (told.isEmpty()) {
                continue;
            }
            OptionalLong gone = cluster.server.deliveredNanos("endpointslices", removal.goneVersion());
            boolean vanished = gone.isPresent() && gone.getAsLong() - told.getAsLong() < SOON.toNanos();
            long since = told.getAsLong() + (vanished ? KEPT.toNanos() : 0);
            if (dial.pickedAfterNanos() - since > 0) {
                late.add(new Late(
                        dial.uid(),
                        dial.pickedAfterNanos() - since,
                        stalls.within(told.getAsLong(), dial.pickedAfterNanos()).toNanos()));
            }
        }
        return late;
    }

    /** Pods that terminate, vanish and come, and an API server that is not always of help. */
    private static final class Churn {

        private final LiveCluster cluster;
        private final SplittableRandom random;
        private final Queue<Integer> toRemove = new ArrayDeque<>();
        private int next = READY;
        private boolean down;

        Churn(LiveCluster cluster, SplittableRandom random) {
            this.cluster = cluster;
            this.random = random;
        }

        void step(int step) {
            if (down && random.nextInt(4) == 0) {
                cluster.server.up();
                down = false;
            }
            if (step % 20 == 19) {
                trouble();
            }
            if (toRemove.size() > 5) {
                cluster.remove(toRemove.remove());
            }
            List<Integer> ready = cluster.ready();
            int pod = ready.get(random.nextInt(ready.size()));
            if (random.nextInt(3) == 0) {
                cluster.remove(pod); // nobody sees it terminate
            } else {
                cluster.terminate(pod);
                toRemove.add(pod);
            }
            cluster.add(nextPod()).publish();
        }

        /** The next one round that is not listed; all pods stay up, so that only what is picked decides. */
        private int nextPod() {
            do {
                next = (next + 1) % STARTED;
            } while (cluster.listed().contains(next));
            return next;
        }

        private void trouble() {
            switch (random.nextInt(4)) {
                case 0 -> cluster.server.faults().endWatches("endpointslices", Ending.RESET);
                case 1 -> cluster.server.faults().endWatches("endpointslices", Ending.CLEAN);
                case 2 -> {
                    cluster.server.faults().expireHistory();
                    cluster.server.faults().endWatches("endpointslices", Ending.CLOSE);
                }
                default -> {
                    cluster.server.down();
                    down = true;
                }
            }
        }
    }
}
