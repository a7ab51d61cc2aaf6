package dev.onehop.examples.quickstart;

import java.time.Duration;
import java.util.List;

/**
 * What an act plays on: a cluster and the load of its client. Waiting is pacing only; whatever must have happened is
 * waited for by name.
 *
 * <p>Serial: one act at a time, on one thread.
 */
record Stage(SmallCluster cluster, Load load, Freshness freshness, Duration beat, StopSignal stop) {

    /**
     * Lets the load go on for so many beats.
     *
     * @throws IllegalStateException when told to stop
     */
    void pause(int beats) {
        try {
            if (stop.within(beat.multipliedBy(beats))) {
                throw new IllegalStateException("stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The names of the pods that new connections should go to, oldest first. */
    List<String> usablePods() {
        return cluster.pods().stream().filter(Pod::isUsable).map(Pod::name).toList();
    }

    /** A pod starts, and passes its readiness probe a little later. */
    void addPod() {
        String pod = cluster.startPod();
        pause(1);
        cluster.setReady(pod, true);
        freshness.awaitSeen();
    }

    /** A pod is deleted: it serves on for a while, then ends in good order, and then its object goes. */
    void deletePod(String pod) {
        cluster.terminate(pod);
        freshness.awaitSeen();
        pause(2);
        cluster.stop(pod);
    }

    /** A pod dies, and nobody is told. Returns when picks leave it because it refuses. */
    void killPod(String pod) {
        freshness.awaitSeen();
        load.between(() -> {
            freshness.event(now -> now.backends().stream()
                    .noneMatch(backend -> backend.podName().orElse("").equals(pod)));
            cluster.kill(pod);
        });
        freshness.awaitSeen();
    }
}
