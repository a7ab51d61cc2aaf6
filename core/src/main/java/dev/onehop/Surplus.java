package dev.onehop;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Which backends hold more connections than is their share, while others hold less: after a scale-up, above all, for
 * connections that are kept open do not move by themselves.
 *
 * <p>Pure functions.
 */
final class Surplus {

    /** A backend may hold this many times the mean before any of its connections is surplus. */
    private static final double TOLERANCE = 1.25;

    private Surplus() {}

    /**
     * How many connections of each backend should move, nobody's more than the others have room for.
     *
     * @param held how many each backend holds; one that holds none may be left out
     * @param backends those who may hold some
     * @param most in all, at least 1
     */
    static <K> Map<K, Integer> of(Map<K, Integer> held, Collection<K> backends, int most) {
        int total =
                backends.stream().mapToInt(each -> held.getOrDefault(each, 0)).sum();
        int backendCount = backends.size();
        if (backendCount < 2 || total < backendCount) {
            return Map.of();
        }
        double mean = (double) total / backendCount;
        int least = total / backendCount;
        int fair = (int) Math.ceil(mean);
        int room = backends.stream()
                .mapToInt(each -> Math.max(0, least - held.getOrDefault(each, 0)))
                .sum();
        int left = Math.min(most, room);
        var surplus = new HashMap<K, Integer>();
        for (K each : backends) {
            int own = held.getOrDefault(each, 0);
            if (own > TOLERANCE * mean && own > fair) {
                int move = Math.min(left, own - fair);
                if (move > 0) {
                    surplus.put(each, move);
                    left -= move;
                }
            }
        }
        return surplus;
    }
}
