package dev.onehop.pick;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import java.util.random.RandomGenerator;

/**
 * A way to choose one backend of many. A policy may prefer, but it never adds a backend that the eligible set does not
 * contain.
 *
 * <p>Implementations extend {@code PickPolicyContract} in their tests.
 *
 * <p>Immutable; the state of a Service port is in its {@link Picker}.
 */
public interface PickPolicy {

    /**
     * A fresh picker for one Service port.
     *
     * @param random safe for use by many threads
     */
    Picker picker(RandomGenerator random);

    /** kube-proxy's default: each backend with probability 1/n, independent of all earlier picks (R27). */
    static PickPolicy random() {
        return RandomPick.INSTANCE;
    }

    /** IPVS' {@code rr}: each backend in turn, beginning anywhere (R28). */
    static PickPolicy roundRobin() {
        return RoundRobin.INSTANCE;
    }

    /**
     * Chooses backends for one Service port.
     *
     * <p>Shared: safe from any thread; must neither block nor allocate.
     */
    @FunctionalInterface
    interface Picker {
        /**
         * Chooses one of {@code eligible}'s backends.
         *
         * @param eligible not empty
         */
        Backend pick(Eligible eligible);
    }
}
