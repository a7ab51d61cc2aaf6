package dev.onehop.k8s;

import java.util.List;

/**
 * What a {@link Reflector} knows at a moment.
 *
 * <p>Immutable.
 *
 * @param complete whether a whole list has ever been read; until then {@code objects} is empty and means nothing
 * @param objects in the order of namespace and name
 * @param condition how we stand with the server; objects stay whatever it says
 * @param lastContactNanos when the server last told us anything about this selection
 * @param lists how many whole lists have been read: where it grew, what changed was told by a list, not by the watch
 */
record Snapshot<T>(boolean complete, List<T> objects, Condition condition, long lastContactNanos, long lists) {

    Snapshot {
        objects = List.copyOf(objects);
    }

    /** Before anything has been answered. */
    static <T> Snapshot<T> unread() {
        return new Snapshot<>(false, List.of(), Condition.SYNCING, 0, 0);
    }
}
