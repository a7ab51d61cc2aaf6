package dev.onehop;

import dev.onehop.service.Discovery;
import dev.onehop.time.ManualTime;
import java.util.random.RandomGenerator;

/**
 * An {@link Onehop} whose time a test pushes and whose chance it seeds, for the tests of other modules.
 *
 * <p>Pure functions.
 */
public final class PushedOnehop {

    private PushedOnehop() {}

    /** Settings with {@code time} as the loop and {@code random} for every pick; no mesh is looked for. */
    public static OnehopBuilder builder(Discovery discovery, ManualTime time, RandomGenerator random) {
        return byTheServicesFirstFamily(Onehop.builder().discovery(discovery).meshDetection(false))
                .loop(time)
                .random(random);
    }

    /** Takes a Service's first family where none is asked for, as the one page does, whatever this JVM prefers. */
    public static OnehopBuilder byTheServicesFirstFamily(OnehopBuilder builder) {
        return builder.family(new FamilyPreference(null));
    }
}
