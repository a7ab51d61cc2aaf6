package dev.onehop.k8s;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: 0.8 s, doubling, each stretched by a random factor of 1 to 2 so that a
 * thousand clients of one API server do not come back together. Never more than the longest delay asked for.
 *
 * <p>Serial: touched only on its reflector's loop.
 */
final class Backoff {

    private static final double FIRST_MILLIS = 800;
    private static final double LONGEST_BASE_MILLIS = 3_600_000;

    private final RandomGenerator random;
    private double millis = FIRST_MILLIS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Between half of {@code longest} and all of it, once the doubling has got there. */
    Duration next(Duration longest) {
        double base = Math.min(millis, (double) longest.toMillis() / 2);
        millis = Math.min(millis * 2, LONGEST_BASE_MILLIS);
        return Duration.ofMillis(Math.round(base * (1 + random.nextDouble())));
    }

    void reset() {
        millis = FIRST_MILLIS;
    }
}
