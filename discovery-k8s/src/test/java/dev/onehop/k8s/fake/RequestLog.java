package dev.onehop.k8s.fake;

import java.util.ArrayDeque;
import java.util.List;

/**
 * The latest requests, oldest first, up to a bound.
 *
 * <p>Shared: safe from any thread; one lock.
 */
final class RequestLog {
    private static final int MAX = 100_000;

    private final Object lock = new Object();
    private final ArrayDeque<SeenRequest> requests = new ArrayDeque<>();

    void add(SeenRequest request) {
        synchronized (lock) {
            requests.addLast(request);
            if (requests.size() > MAX) {
                requests.removeFirst();
            }
        }
    }

    List<SeenRequest> all() {
        synchronized (lock) {
            return List.copyOf(requests);
        }
    }
}
