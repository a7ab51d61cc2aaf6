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

    /**
     * A backend may hold this many times the mean, and one more than its share, before any of its connections is surplus:
     * a finer sieve would never come to rest where connections are made at random.
     */
    private static final double TOLERANCE = 1.25;

    private Surplus() {}

    /**
     * How many connections of each backend should move, nobody's more than the others have room for.
     *
     * @param held how many each backend holds; one that holds none may be left out
     * @param backends those who may hold some
     * @param leaving how many are on their way already, to be made again elsewhere
     * @param most in all, at least 1
     */
    static <K> Map<K, Integer> of(Map<K, Integer> held, Collection<K> backends, int leaving, int most) {
        int total = leaving
                + backends.stream().mapToInt(each -> held.getOrDefault(each, 0)).sum();
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
        int left = Math.min(most, room - leaving);
        var surplus = new HashMap<K, Integer>();
        for (K each : backends) {
            int own = held.getOrDefault(each, 0);
            if (own > TOLERANCE * mean && own > fair + 1) {
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
