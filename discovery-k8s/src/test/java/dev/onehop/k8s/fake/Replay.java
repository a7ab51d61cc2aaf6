package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A recording on its way through a server, one change at a time, each under the version it had.
 *
 * <p>Made by {@link FakeApiServer#load}. Other changes to the same server meanwhile would mix two histories.
 *
 * <p>Serial: one caller at a time; watchers may run on any thread.
 */
public final class Replay {
    private final Recording recording;
    private final ObjectStore store;
    private final OpenWatches watches;
    private int next;

    Replay(Recording recording, ObjectStore store, OpenWatches watches) {
        this.recording = recording;
        this.store = store;
        this.watches = watches;
        // The lists of one recording may be versions apart: nothing after the earliest may be missed.
        long begin = recording.initial().stream()
                .mapToLong(Recording.Line::version)
                .min()
                .orElse(store.version());
        if (store.version() > begin) {
            throw new IllegalStateException("replay: server at resourceVersion " + store.version()
                    + " (expected: not beyond the recording's, " + begin + ")");
        }
        recording.initial().forEach(line -> store.install(line.resource(), items(line), begin));
    }

    /** Whether there is another step. */
    public boolean hasNext() {
        return next < recording.steps().size();
    }

    /**
     * Delivers the next recorded line. Returns its resource's plural name.
     *
     * @throws IllegalStateException when there is none
     */
    public String step() {
        if (!hasNext()) {
            throw new IllegalStateException("replay: at its end after " + next + " steps");
        }
        Recording.Line line = recording.steps().get(next++);
        if (line.isList()) {
            replaceAll(line);
        } else if (line.content().path("object") instanceof ObjectNode object) {
            event(line, object);
        }
        return line.resource().plural;
    }

    /** Copies of a resource's objects after the steps so far, in key order: the ground truth. */
    public List<ObjectNode> objectsNow(String resource) {
        return store.snapshot(ApiResource.of(resource)).items().stream()
                .map(ObjectNode::deepCopy)
                .toList();
    }

    private void event(Recording.Line line, ObjectNode object) {
        switch (line.content().path("type").asText()) {
            case "ADDED", "MODIFIED" -> store.ingest(line.resource(), object, false);
            case "DELETED" -> store.ingest(line.resource(), object, true);
            case "BOOKMARK" -> watches.of(line.resource()).forEach(watch -> watch.bookmark(line.version()));
            default -> watches.of(line.resource()).forEach(watch -> watch.raw(line.content() + "\n"));
        }
    }

    /** A list recorded later: whoever watches sees the difference as events. */
    private void replaceAll(Recording.Line line) {
        List<ObjectNode> items = items(line);
        Set<ObjectKey> kept = new HashSet<>();
        for (ObjectNode item : items) {
            kept.add(ObjectKey.of(item));
            ObjectNode stored = store.get(line.resource(), ObjectKey.of(item));
            if (stored == null || StoredEvent.versionOf(stored) != StoredEvent.versionOf(item)) {
                store.ingest(line.resource(), item, false);
            }
        }
        for (ObjectNode stored : store.snapshot(line.resource()).items()) {
            if (!kept.contains(ObjectKey.of(stored))) {
                store.ingest(line.resource(), StoredEvent.at(line.version(), stored), true);
            }
        }
    }

    private static List<ObjectNode> items(Recording.Line line) {
        List<ObjectNode> items = new ArrayList<>();
        for (JsonNode item : line.content().path("items")) {
            ObjectNode object = Json.object();
            object.put("kind", line.resource().kind)
                    .put("apiVersion", line.resource().apiVersion());
            object.setAll((ObjectNode) item);
            items.add(object);
        }
        return items;
    }
}
