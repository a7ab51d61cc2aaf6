package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every object, under one counter of versions, with the latest changes kept for those who resume.
 *
 * <p>The part etcd and the watch cache play. Every commit is offered to its subscribers under the lock, so that all
 * see the same order and none misses what falls between reading and subscribing; nodes are never modified once in.
 *
 * <p>Shared: safe from any thread; one lock.
 */
final class ObjectStore {

    /** The objects of one resource, in key order, and the version they were read at. */
    record Snapshot(long version, List<ObjectNode> items) {}

    private final Object lock = new Object();
    private final Map<ApiResource, TreeMap<ObjectKey, ObjectNode>> objects = new EnumMap<>(ApiResource.class);
    private final Map<ApiResource, List<Consumer<StoredEvent>>> subscribers = new EnumMap<>(ApiResource.class);
    private final History history;
    private long version = 1;

    ObjectStore(int historySize) {
        history = new History(historySize);
        for (ApiResource resource : ApiResource.values()) {
            objects.put(resource, new TreeMap<>());
            subscribers.put(resource, new ArrayList<>());
        }
    }

    long version() {
        synchronized (lock) {
            return version;
        }
    }

    @Nullable ObjectNode get(ApiResource resource, ObjectKey key) {
        synchronized (lock) {
            return table(resource).get(key);
        }
    }

    Snapshot snapshot(ApiResource resource) {
        synchronized (lock) {
            return new Snapshot(version, List.copyOf(table(resource).values()));
        }
    }

    /** The objects as they were at a version, or null when history no longer reaches that far back. */
    @Nullable Snapshot snapshotAt(ApiResource resource, long asked) {
        synchronized (lock) {
            if (asked < history.oldestResumable() || asked > version) {
                return null;
            }
            TreeMap<ObjectKey, ObjectNode> then = new TreeMap<>(table(resource));
            history.undo(resource, asked, then);
            return new Snapshot(asked, List.copyOf(then.values()));
        }
    }

    /** Adds an object that must not exist yet. Returns it as stored. */
    ObjectNode insert(ApiResource resource, ObjectNode object) {
        synchronized (lock) {
            ObjectKey key = ObjectKey.of(object);
            if (table(resource).containsKey(key)) {
                throw ApiError.alreadyExists(resource, key.name());
            }
            return commit(resource, key, StoredEvent.at(version + 1, object), false);
        }
    }

    /** Replaces exactly the state the caller saw. A change that changes nothing commits nothing. */
    ObjectNode replace(ApiResource resource, ObjectNode seen, ObjectNode object) {
        synchronized (lock) {
            ObjectKey key = ObjectKey.of(seen);
            if (table(resource).get(key) != seen) {
                throw ApiError.conflict(resource, key.name());
            }
            if (StoredEvent.at(StoredEvent.versionOf(seen), object).equals(seen)) {
                return seen;
            }
            return commit(resource, key, StoredEvent.at(version + 1, object), false);
        }
    }

    /** Removes an object. Returns its last state at the version of the deletion. */
    ObjectNode remove(ApiResource resource, ObjectKey key) {
        synchronized (lock) {
            ObjectNode current = table(resource).get(key);
            if (current == null) {
                throw ApiError.notFound(resource, key.name());
            }
            return commit(resource, key, StoredEvent.at(version + 1, current), true);
        }
    }

    /** Commits a change that was recorded elsewhere, under the version it carries. */
    void ingest(ApiResource resource, ObjectNode object, boolean deleted) {
        synchronized (lock) {
            commit(resource, ObjectKey.of(object), object, deleted);
        }
    }

    /** Replaces a resource's objects without telling anyone, and moves the counter on to a version at least this. */
    void install(ApiResource resource, List<ObjectNode> items, long atLeast) {
        synchronized (lock) {
            table(resource).clear();
            items.forEach(item -> table(resource).put(ObjectKey.of(item), item));
            version = Math.max(version, atLeast);
            history.forgetBefore(version);
        }
    }

    /** Forgets all changes, so that only the current version can be resumed from. */
    void expireHistory() {
        synchronized (lock) {
            // A version of its own, so that even a client that has seen everything is too old.
            version++;
            history.forgetBefore(version);
        }
    }

    /** Turns the counter back and forgets all changes; objects keep their content and get versions that exist. */
    void rewind(long to) {
        synchronized (lock) {
            version = to;
            history.forgetBefore(to);
            objects.values()
                    .forEach(table -> table.replaceAll(
                            (key, object) -> StoredEvent.versionOf(object) > to ? StoredEvent.at(to, object) : object));
        }
    }

    /**
     * Delivers every change after a version, then goes on delivering until the returned handle is run.
     *
     * @throws ApiError 410 when history no longer reaches back to that version
     */
    Runnable subscribe(ApiResource resource, long after, Consumer<StoredEvent> subscriber) {
        synchronized (lock) {
            if (after < history.oldestResumable()) {
                throw ApiError.gone(after, history.oldestResumable());
            }
            history.after(resource, after, subscriber);
            return join(resource, event -> {
                // A watch from the future stays silent until the counter passes it: so does the real one.
                if (event.version() > after) {
                    subscriber.accept(event);
                }
            });
        }
    }

    /** Delivers every object as an addition, then goes on delivering changes until the returned handle is run. */
    Runnable subscribeFromNow(ApiResource resource, Consumer<StoredEvent> subscriber) {
        synchronized (lock) {
            table(resource)
                    .values()
                    .forEach(object -> subscriber.accept(
                            new StoredEvent(StoredEvent.versionOf(object), resource, false, object, null)));
            return join(resource, subscriber);
        }
    }

    /** Runs an action with a version that no later change can overtake. */
    void atVersion(Consumer<Long> action) {
        synchronized (lock) {
            action.accept(version);
        }
    }

    private Runnable join(ApiResource resource, Consumer<StoredEvent> subscriber) {
        subscribersOf(resource).add(subscriber);
        return () -> {
            synchronized (lock) {
                subscribersOf(resource).remove(subscriber);
            }
        };
    }

    private ObjectNode commit(ApiResource resource, ObjectKey key, ObjectNode object, boolean deleted) {
        ObjectNode previous = table(resource).remove(key);
        if (!deleted) {
            table(resource).put(key, object);
        }
        version = Math.max(version, StoredEvent.versionOf(object));
        StoredEvent event = new StoredEvent(StoredEvent.versionOf(object), resource, deleted, object, previous);
        history.add(event);
        subscribersOf(resource).forEach(subscriber -> subscriber.accept(event));
        return object;
    }

    private List<Consumer<StoredEvent>> subscribersOf(ApiResource resource) {
        return Objects.requireNonNull(subscribers.get(resource));
    }

    private TreeMap<ObjectKey, ObjectNode> table(ApiResource resource) {
        return Objects.requireNonNull(objects.get(resource));
    }
}
