package dev.onehop.examples.quickstart;

import dev.onehop.pick.PickPolicy;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * How the demo is played.
 *
 * <p>Immutable.
 *
 * @param network where the pods listen
 * @param beat the unit of the acts' pauses
 * @param keepRunning whether all stays up afterwards
 * @param beforeActs what is done to the cluster right before the acts: nothing, except in tests
 */
record Settings(
        PodNetwork network,
        PickPolicy policy,
        long seed,
        int shareRequests,
        Duration beat,
        boolean keepRunning,
        Consumer<SmallCluster> beforeActs) {}
