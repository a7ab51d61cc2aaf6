package dev.onehop.pick;

import java.util.random.RandomGenerator;

/**
 * Uniform random choice (R27).
 *
 * <p>Immutable.
 */
enum RandomPick implements PickPolicy {
    INSTANCE;

    @Override
    public Picker picker(RandomGenerator random) {
        return eligible -> eligible.backend(random.nextInt(eligible.size()));
    }

    @Override
    public String toString() {
        return "random";
    }
}
