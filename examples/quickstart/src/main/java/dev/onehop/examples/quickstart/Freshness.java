package dev.onehop.examples.quickstart;

import dev.onehop.eligible.Eligible;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes from an event to the first pick that knows of it: from right before an object is written until a
 * worker, about to send a request, finds the snapshot that follows from it. The wait for that next request is part of it.
 *
 * <p>Shared: safe from any thread; one event is open at a time.
 */
final class Freshness {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Object lock = new Object();
    private final List<Double> millis = new ArrayList<>();
    private final AtomicReference<@Nullable Event> open = new AtomicReference<>();

    /** Something happens now; {@code known} tells the snapshots that know of it from those that do not. */
    void event(Predicate<Eligible> known) {
        awaitSeen();
        open.set(new Event(known, System.nanoTime(), new CountDownLatch(1)));
    }

    /** A pick will be made from this snapshot, or a newer one, next. */
    void picking(Eligible now) {
        Event event = open.get();
        if (event == null || !event.known.test(now)) {
            return;
        }
        synchronized (lock) { // so that who finds no event open also finds its time
            if (open.compareAndSet(event, null)) {
                millis.add((System.nanoTime() - event.startNanos) / 1e6);
            }
        }
        event.seen.countDown();
    }

    /**
     * Waits until picks know of the open event.
     *
     * @throws IllegalStateException when they do not within 10 s
     */
    void awaitSeen() {
        Event event = open.get();
        try {
            if (event != null && !event.seen.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("a change was not followed within " + LONGEST.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The times so far in milliseconds, shortest first, and starts again with none. */
    List<Double> take() {
        synchronized (lock) {
            List<Double> sorted = millis.stream().sorted().toList();
            millis.clear();
            return sorted;
        }
    }

    private record Event(Predicate<Eligible> known, long startNanos, CountDownLatch seen) {}
}
