package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What identifies an object within its resource; the namespace is empty for cluster-scoped ones.
 *
 * <p>Sorts like the keys in etcd, which is the order lists come in. Immutable.
 */
record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER =
            Comparator.comparing(ObjectKey::namespace).thenComparing(ObjectKey::name);

    static ObjectKey of(ApiResource resource, @Nullable String namespace, String name) {
        return new ObjectKey(resource.namespaced && namespace != null ? namespace : "", name);
    }

    static ObjectKey of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new ObjectKey(
                metadata.path("namespace").asText(""), metadata.path("name").asText(""));
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }
}
