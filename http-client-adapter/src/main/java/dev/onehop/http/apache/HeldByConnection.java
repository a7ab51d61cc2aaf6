package dev.onehop.http.apache;

import dev.onehop.HeldConnection;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.io.BHttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * What Onehop knows the pool's open connections to pods by, and which of them may be stale.
 *
 * <p>Shared: safe from any thread.
 */
final class HeldByConnection {

    private final Map<HttpConnection, Kept> open = new ConcurrentHashMap<>();
    private final Staleness staleness = new Staleness();

    /** A connection is made. */
    void made(HttpConnection connection, HeldConnection held) {
        open.put(connection, new Kept(held));
    }

    /** It is closed, by whomever. */
    void closed(HttpConnection connection, HeldConnection held) {
        open.remove(connection);
        held.gone();
    }

    /** It goes back to the pool. */
    void released(@Nullable HttpConnection connection) {
        Kept kept = connection == null ? null : open.get(connection);
        if (kept != null) {
            kept.usedNanos = System.nanoTime();
        }
    }

    /** Null for one that is not to a Service, or closed. */
    @Nullable HeldConnection of(@Nullable HttpConnection connection) {
        Kept kept = connection == null ? null : open.get(connection);
        return kept == null ? null : kept.held;
    }

    Staleness staleness() {
        return staleness;
    }

    /** Whether its pod has closed a connection, where that is suspected; looking takes a millisecond. */
    boolean isStale(@Nullable HttpConnection connection) {
        Kept kept = connection == null ? null : open.get(connection);
        if (kept == null || !staleness.suspects(kept.usedNanos)) {
            return false;
        }
        try {
            return connection instanceof BHttpConnection blocking && blocking.isStale();
        } catch (IOException broken) {
            return true;
        }
    }

    private static final class Kept {

        private final HeldConnection held;
        private volatile long usedNanos = System.nanoTime();

        Kept(HeldConnection held) {
            this.held = held;
        }
    }
}
