package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy.Picker;
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
        if (last != null && nowNanos - last.lastUsedNanos <= timeout.toNanos() && eligible.contains(last.backend)) {
            memory = new Memory(last.backend, nowNanos);
            return last.backend;
        }
        Backend fresh = picker.pick(eligible);
        memory = new Memory(fresh, nowNanos);
        return fresh;
    }

    /** Affinity was switched off: the memory goes with it (R31). */
    void forget() {
        if (memory != null) {
            memory = null;
        }
    }

    private record Memory(Backend backend, long lastUsedNanos) {}
}
