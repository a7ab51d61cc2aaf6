package dev.onehop;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was found not to exist within the last 30 s, so that it costs neither a watch nor a wait (design decision 10). At
 * most a thousand things: beyond that, they are simply asked for again.
 *
 * <p>Shared: safe from any thread.
 */
final class Absences<K> {

    private static final long REMEMBERED_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int MOST = 1_000;

    private final Map<K, Long> sinceNanos = new ConcurrentHashMap<>();

    void add(K key, long nowNanos) {
        sinceNanos.values().removeIf(since -> nowNanos - since >= REMEMBERED_NANOS);
        if (sinceNanos.size() < MOST) {
            sinceNanos.put(key, nowNanos);
        }
    }

    boolean contains(K key, long nowNanos) {
        Long since = sinceNanos.get(key);
        return since != null && nowNanos - since < REMEMBERED_NANOS;
    }

    /** It exists after all. */
    void remove(K key) {
        sinceNanos.remove(key);
    }
}
