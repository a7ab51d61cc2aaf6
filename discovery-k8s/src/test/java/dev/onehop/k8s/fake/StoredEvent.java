package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One committed change: the object after it, and the object before it when there was one.
 *
 * <p>A deletion carries the last state at the version of the deletion, as the real server does. The nodes are never
 * modified after the commit.
 *
 * <p>Immutable.
 */
record StoredEvent(
        long version,
        ApiResource resource,
        boolean deleted,
        ObjectNode object,
        @Nullable ObjectNode previous) {

    /** The resourceVersion an object carries, or 0 when it carries none that is a number. */
    static long versionOf(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asLong(0);
    }

    /** A copy of the object that carries another resourceVersion. */
    static ObjectNode at(long version, ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        return copy;
    }
}
