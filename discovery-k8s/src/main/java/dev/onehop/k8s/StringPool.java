package dev.onehop.k8s;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One copy of each text that thousands of endpoints repeat: node, zone and namespace names, and sets of hints. It never
 * shrinks, but a cluster has few such names; past {@value #MOST} it stops taking new ones, so that no writer of slices
 * can fill our memory through it.
 *
 * <p>Shared: safe from any thread (concurrent maps; racing callers may keep two copies, which costs bytes only).
 */
final class StringPool {

    private static final int MOST = 20_000;

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final Map<Set<String>, Set<String>> sets = new ConcurrentHashMap<>();

    @Nullable String shared(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String known = texts.get(text);
        if (known != null || texts.size() >= MOST) {
            return known == null ? text : known;
        }
        texts.put(text, text);
        return text;
    }

    /** A set of these names; duplicates and nulls are left out. */
    Set<String> sharedSet(List<@Nullable String> names) {
        var distinct = new HashSet<String>();
        for (String name : names) {
            if (name != null) {
                distinct.add(name);
            }
        }
        if (distinct.isEmpty()) {
            return Set.of();
        }
        Set<String> set = Set.copyOf(distinct);
        Set<String> known = sets.get(set);
        if (known != null || sets.size() >= MOST) {
            return known == null ? set : known;
        }
        sets.put(set, set);
        return set;
    }
}
