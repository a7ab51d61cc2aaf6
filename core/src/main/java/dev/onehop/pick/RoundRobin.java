package dev.onehop.pick;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;

/**
 * Each backend in turn (R28, IPVS {@code rr}).
 *
 * <p>Immutable.
 */
enum RoundRobin implements PickPolicy {
    INSTANCE;

    @Override
    public Picker picker(RandomGenerator random) {
        return new Turns(random);
    }

    @Override
    public String toString() {
        return "round robin";
    }

    /**
     * The turns of one Service port. One counter for all threads would be fought over (83-88 ns a pick at two threads in
     * gRPC's and Armeria's), so threads are dealt onto a few counters by their id. Each counter goes round exactly, from
     * a start of its own; together they are even to within one pick per counter and lap.
     *
     * <p>Shared: safe from any thread. Two threads on one counter each get a turn of their own.
     */
    private static final class Turns implements Picker {

        /** Ints between two counters in use, so that no two share a cache line. */
        private static final int STRIDE = 32;

        private final int stripes = Math.min(64, Integer.highestOneBit(2 * processors() - 1));
        private final AtomicIntegerArray counters = new AtomicIntegerArray((stripes + 1) * STRIDE);

        Turns(RandomGenerator random) {
            for (int stripe = 0; stripe < stripes; stripe++) {
                counters.set((stripe + 1) * STRIDE, random.nextInt());
            }
        }

        @Override
        public Backend pick(Eligible eligible) {
            int stripe = (int) Thread.currentThread().getId() & (stripes - 1);
            int turn = counters.getAndIncrement((stripe + 1) * STRIDE);
            return eligible.backend(Integer.remainderUnsigned(turn, eligible.size()));
        }

        private static int processors() {
            return Math.max(1, Runtime.getRuntime().availableProcessors());
        }
    }
}
