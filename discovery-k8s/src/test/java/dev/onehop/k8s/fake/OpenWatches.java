package dev.onehop.k8s.fake;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The watches open right now, and the gate they all pass before they write.
 *
 * <p>Shared: safe from any thread; one lock, on which waiting is bounded.
 */
final class OpenWatches {
    private static final Duration LONGEST_STALL = Duration.ofHours(1);

    private final Object lock = new Object();
    private final Set<WatchStream> open = new LinkedHashSet<>();
    private boolean stalled;

    void add(WatchStream watch) {
        synchronized (lock) {
            open.add(watch);
            lock.notifyAll();
        }
    }

    void remove(WatchStream watch) {
        synchronized (lock) {
            open.remove(watch);
            lock.notifyAll();
        }
    }

    List<WatchStream> of(ApiResource resource) {
        synchronized (lock) {
            return open.stream().filter(watch -> watch.resource() == resource).toList();
        }
    }

    /** Waits until exactly so many watches of a resource are open; throws an AssertionError when time is up. */
    void await(ApiResource resource, int count, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (lock) {
            try {
                while (of(resource).size() != count && waitUntil(deadline)) {
                    continue;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (of(resource).size() != count) {
                throw new AssertionError("open watches of %s: %d (expected: %d within %s)"
                        .formatted(resource.plural, of(resource).size(), count, atMost));
            }
        }
    }

    void stall() {
        synchronized (lock) {
            stalled = true;
        }
    }

    void resume() {
        synchronized (lock) {
            stalled = false;
            lock.notifyAll();
        }
    }

    /** Holds a watch back while watches are stalled and it is still open. */
    void pass(WatchStream watch) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_STALL.toNanos();
        synchronized (lock) {
            while (stalled && open.contains(watch) && waitUntil(deadline)) {
                continue;
            }
        }
    }

    private boolean waitUntil(long deadline) throws InterruptedException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            return false;
        }
        lock.wait(millis);
        return true;
    }
}
