package dev.onehop.k8s.chaos;

import java.time.Duration;

/**
 * How long a test of tier B goes on, and from which seed: {@code -Donehop.tierb.full=true} for the length that the design
 * names, {@code -Donehop.tierb.seed=N} for another course of events.
 *
 * <p>Pure functions.
 */
final class Length {

    private static final long SEED = 20261122;

    private Length() {}

    /** The shorter one, unless the whole of it is asked for. */
    static Duration of(Duration scaled, Duration full) {
        return Boolean.getBoolean("onehop.tierb.full") ? full : scaled;
    }

    static long seed() {
        return Long.getLong("onehop.tierb.seed", SEED);
    }
}
