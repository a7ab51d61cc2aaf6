package dev.onehop.examples.quickstart;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many attempts on a pod have failed. Each is a failover, unless the request failed with it.
 *
 * <p>Shared: safe from any thread.
 */
final class Failovers {

    private final Set<Backend> ever = ConcurrentHashMap.newKeySet();

    /** Remembers the backends of a snapshot, so that their counts are not lost when they leave. */
    void snapshot(Eligible now) {
        ever.addAll(now.backends());
        ever.addAll(now.ejected());
    }

    long failedAttempts() {
        return ever.stream().mapToLong(Backend::failed).sum();
    }
}
