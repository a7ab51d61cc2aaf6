package dev.onehop.k8s;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects a {@link Reflector} holds and the version up to which they are known. A list replaces them in one step;
 * an event that is older than what is held, or that repeats it, changes nothing. An object that became unusable keeps
 * its last usable value.
 *
 * <p>Serial: touched only on its reflector's loop.
 */
final class Store<T> {

    private Map<String, Item<T>> items = new TreeMap<>();
    private String resourceVersion = "";

    /** The version up to which everything is known; {@code ""} before the first list. */
    String resourceVersion() {
        return resourceVersion;
    }

    List<T> values() {
        var values = new ArrayList<T>(items.size());
        for (Item<T> item : items.values()) {
            if (item.value() != null) {
                values.add(item.value());
            }
        }
        return values;
    }

    /** Adopts a whole list, whatever was held. */
    void replace(ListPage<T> list) {
        Map<String, Item<T>> replaced = new TreeMap<>();
        for (Item<T> item : list.items()) {
            replaced.put(item.key(), usable(item));
        }
        items = replaced;
        resourceVersion = list.resourceVersion();
    }

    /** Applies one change of a watch; false when nothing that a reader sees has changed. */
    boolean apply(Change<T> change) {
        if (change instanceof Change.Put<T> put) {
            return put(put.item());
        }
        if (change instanceof Change.Gone<T> gone) {
            return remove(gone.item());
        }
        if (change instanceof Change.Bookmark<T> bookmark) {
            advance(bookmark.resourceVersion());
        }
        return false;
    }

    /** The objects in which a list and this store differ, by key: what the store holds of them, null for nothing. */
    Map<String, @Nullable Item<T>> differences(ListPage<T> list) {
        Map<String, @Nullable Item<T>> different = new TreeMap<>();
        Set<String> listed = new HashSet<>();
        for (Item<T> item : list.items()) {
            listed.add(item.key());
            Item<T> held = items.get(item.key());
            if (held == null || !held.sameVersion(item)) {
                different.put(item.key(), held);
            }
        }
        items.forEach((key, held) -> {
            if (!listed.contains(key)) {
                different.put(key, held);
            }
        });
        return different;
    }

    /** Whether any of these objects is still held as it was when the differences were found. */
    boolean stillHolds(Map<String, @Nullable Item<T>> differences) {
        return differences.entrySet().stream()
                .anyMatch(each -> Objects.equals(each.getValue(), items.get(each.getKey())));
    }

    private boolean put(Item<T> item) {
        Item<T> held = items.get(item.key());
        if (held != null && held.sameVersion(item)) {
            return false;
        }
        // A watch tells versions in order, so one at or below what was told already is a repetition; without this
        // line it would bring a deleted object back.
        boolean repeated = item.resourceVersion().equals(resourceVersion)
                || Versions.older(item.resourceVersion(), resourceVersion);
        if (repeated) {
            return false;
        }
        Item<T> kept = usable(item);
        items.put(item.key(), kept);
        advance(item.resourceVersion());
        return held == null ? kept.value() != null : !Objects.equals(held.value(), kept.value());
    }

    private boolean remove(Item<T> item) {
        advance(item.resourceVersion());
        Item<T> held = items.get(item.key());
        boolean late = held != null
                && !held.uid().equals(item.uid())
                && Versions.older(item.resourceVersion(), held.resourceVersion());
        if (held == null || late) {
            return false;
        }
        items.remove(item.key());
        return held.value() != null;
    }

    /** The item, with the last usable value of the same incarnation in place of none. */
    private Item<T> usable(Item<T> item) {
        Item<T> held = items.get(item.key());
        return item.value() == null && held != null && held.uid().equals(item.uid())
                ? new Item<>(item.key(), item.uid(), item.resourceVersion(), held.value())
                : item;
    }

    private void advance(String version) {
        if (!version.isEmpty() && !Versions.older(version, resourceVersion)) {
            resourceVersion = version;
        }
    }
}
