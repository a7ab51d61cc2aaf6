package dev.onehop;

import dev.onehop.health.Backend;
import java.util.List;

/**
 * Whether new backends begin with a tenth of their share, which grows to all of it within ten seconds, as after an
 * ejection (reliability 2.7). New is whoever joins others: a pod that is ready for the first time, or ready again.
 *
 * <p>Pure functions.
 */
final class Newcomers {

    /** In a fleet so small, a new backend gets its full share at once. */
    private static final int TOO_SMALL_TO_RAMP = 2;

    private Newcomers() {}

    /**
     * Begins the growth.
     *
     * @param added those that were not there before; where nobody else is, as in the first view, they share at once
     * @param present how many there are now, these included
     */
    static void ramp(List<Backend> added, int present, long nowNanos) {
        if (present > TOO_SMALL_TO_RAMP && added.size() < present) {
            added.forEach(backend -> backend.rampFrom(nowNanos));
        }
    }
}
