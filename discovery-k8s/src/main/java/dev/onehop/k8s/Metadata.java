package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * What an object's {@code metadata} says, when it says anything.
 *
 * <p>Pure functions.
 */
final class Metadata {

    private Metadata() {}

    /** Null unless both namespace and name are there. */
    static @Nullable ServiceKey key(JsonNode object) {
        JsonNode metadata = Fields.object(object, "metadata");
        String name = Fields.textOrEmpty(metadata, "name");
        String namespace = Fields.textOrEmpty(metadata, "namespace");
        return name.isEmpty() || namespace.isEmpty() ? null : new ServiceKey(namespace, name);
    }

    /** Whether the label is there, whatever its value. */
    static boolean hasLabel(JsonNode object, String name) {
        return labels(object).has(name);
    }

    static @Nullable String label(JsonNode object, String name) {
        return Fields.text(labels(object), name);
    }

    static @Nullable String annotation(JsonNode object, String name) {
        return Fields.text(Fields.object(Fields.object(object, "metadata"), "annotations"), name);
    }

    private static JsonNode labels(JsonNode object) {
        return Fields.object(Fields.object(object, "metadata"), "labels");
    }
}
