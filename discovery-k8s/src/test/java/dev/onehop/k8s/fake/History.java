package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The latest changes, so many and no more; whoever asks for older ones has to list again.
 *
 * <p>Serial: touched only under the store's lock.
 */
final class History {
    private final ArrayDeque<StoredEvent> events = new ArrayDeque<>();
    private final int size;
    private long oldestResumable = 1;

    History(int size) {
        this.size = size;
    }

    /** The smallest version from which nothing is missing. */
    long oldestResumable() {
        return oldestResumable;
    }

    void add(StoredEvent event) {
        events.addLast(event);
        while (events.size() > size) {
            oldestResumable = Math.max(oldestResumable, events.removeFirst().version());
        }
    }

    void forgetBefore(long version) {
        events.clear();
        oldestResumable = version;
    }

    void after(ApiResource resource, long version, Consumer<StoredEvent> to) {
        events.stream()
                .filter(event -> event.resource() == resource && event.version() > version)
                .forEach(to);
    }

    /** Takes back every change to a resource after a version, the newest first. */
    void undo(ApiResource resource, long version, Map<ObjectKey, ObjectNode> objects) {
        for (Iterator<StoredEvent> newestFirst = events.descendingIterator(); newestFirst.hasNext(); ) {
            StoredEvent event = newestFirst.next();
            if (event.resource() != resource || event.version() <= version) {
                continue;
            }
            ObjectKey key = ObjectKey.of(event.object());
            ObjectNode previous = event.previous();
            if (previous == null) {
                objects.remove(key);
            } else {
                objects.put(key, previous);
            }
        }
    }
}
