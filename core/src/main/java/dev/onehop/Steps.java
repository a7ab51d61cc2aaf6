package dev.onehop;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the steps of one call one after the other, on whichever thread brings one while none runs. So the call's state
 * needs no lock, and no foreign code runs inside one.
 *
 * <p>Shared: safe from any thread. A step that is brought by a step runs after it. Steps must not throw.
 */
final class Steps {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /** Runs {@code step} here, or leaves it to the thread that is running one now. */
    void run(Runnable step) {
        waiting.add(step);
        if (count.getAndIncrement() > 0) {
            return;
        }
        do {
            waiting.remove().run(); // never empty: a step is added before it is counted
        } while (count.decrementAndGet() > 0);
    }
}
