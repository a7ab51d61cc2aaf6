package dev.onehop.http.apache;

/**
 * When a kept connection was last found closed by its pod: others that were idle at that time may be, for the same reason.
 * Looking at one costs time, so that only these are looked at; the pool itself looks at those that are idle for long.
 *
 * <p>Shared: safe from any thread.
 */
final class Staleness {

    private volatile long foundNanos = System.nanoTime();

    void found() {
        foundNanos = System.nanoTime();
    }

    /** Whether a connection that was used last at this time may be stale. */
    boolean suspects(long usedNanos) {
        return usedNanos - foundNanos <= 0;
    }
}
