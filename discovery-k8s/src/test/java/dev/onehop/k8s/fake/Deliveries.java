package dev.onehop.k8s.fake;

import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * When clients were told of what version, by a watch or a list: the truth that a client's acts are held against. A delivery
 * is noted when its last byte has been written, so where it counts, a client may have read it a little earlier.
 *
 * <p>Shared: safe from any thread; one monitor guards it.
 */
final class Deliveries {

    private final Map<ApiResource, NavigableMap<Long, Long>> nanosByVersion = new EnumMap<>(ApiResource.class);

    /** A client has been told everything up to a version. */
    synchronized void told(ApiResource resource, long version) {
        NavigableMap<Long, Long> told = nanosByVersion.computeIfAbsent(resource, key -> new TreeMap<>());
        if (told.ceilingKey(version) == null) {
            told.put(version, System.nanoTime());
        }
    }

    /** When a client was first told a version or a later one. */
    synchronized OptionalLong firstNanos(ApiResource resource, long version) {
        NavigableMap<Long, Long> told = nanosByVersion.getOrDefault(resource, new TreeMap<>());
        Map.Entry<Long, Long> first = told.ceilingEntry(version);
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.getValue());
    }
}
