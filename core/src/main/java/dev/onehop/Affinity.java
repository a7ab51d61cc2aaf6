package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy.Picker;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Route;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Session affinity {@code ClientIP} of one Service port (R29-R31). All connections of this process share one client IP,
 * so there is one remembered backend. Every new connection renews its time, failed ones too (R30); a remembered backend
 * that is no longer eligible is forgotten for good (R31).
 *
 * <p>Shared: safe from any thread. Two first connections at the same instant may choose differently, as two SYNs on a
 * node may; the later one is remembered.
 */
final class Affinity {

    private volatile @Nullable Memory memory;

    /** The remembered backend if it still counts, else a fresh pick, which is remembered. */
    Backend pick(Eligible eligible, Duration timeout, Picker picker, long nowNanos) {
        Memory last = memory;
        Backend remembered =
                last == null || nowNanos - last.lastUsedNanos > timeout.toNanos() ? null : find(eligible, last.backend);
        Backend picked = remembered == null ? picker.pick(eligible) : remembered;
        memory = new Memory(picked.key(), nowNanos);
        return picked;
    }

    /**
     * Takes note of a new route, so that a backend that has left is forgotten even if nobody connects until it is back
     * (R31).
     */
    void follow(Route route) {
        Memory last = memory;
        boolean counts = last == null
                || (route instanceof Route.Backends set
                        && set.affinityTimeout().isPresent()
                        && set.endpoints().stream().anyMatch(each -> each.key().equals(last.backend)));
        if (!counts) {
            memory = null;
        }
    }

    private static @Nullable Backend find(Eligible eligible, BackendKey key) {
        for (int i = 0; i < eligible.size(); i++) {
            if (eligible.backend(i).key().equals(key)) {
                return eligible.backend(i);
            }
        }
        return null;
    }

    private record Memory(BackendKey backend, long lastUsedNanos) {}
}
