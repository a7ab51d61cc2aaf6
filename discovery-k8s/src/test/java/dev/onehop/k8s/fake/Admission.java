package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the server adds to an object before it is stored: identity, and the defaults of its kind.
 *
 * <p>Validation is not part of it; tests use addresses a real server refuses.
 *
 * <p>Shared: safe from any thread; each call owns its node.
 */
final class Admission {
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final ServiceDefaults services = new ServiceDefaults();

    /** A stored form of a new object. The node given is not modified. */
    ObjectNode created(ApiResource resource, ObjectKey key, ObjectNode body) {
        ObjectNode object = typed(resource, body);
        ObjectNode metadata = object.withObjectProperty("metadata");
        metadata.put("name", key.name());
        if (resource.namespaced) {
            metadata.put("namespace", key.namespace());
        }
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put(
                "creationTimestamp",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        if (resource == ApiResource.ENDPOINT_SLICES) {
            metadata.put("generation", 1);
        }
        defaults(resource, object);
        return object;
    }

    /** A stored form of a changed object, which keeps what may not change. The nodes given are not modified. */
    ObjectNode updated(ApiResource resource, ObjectNode current, ObjectNode body) {
        ObjectNode object = typed(resource, body);
        ObjectNode metadata = object.withObjectProperty("metadata");
        for (String kept : new String[] {"name", "namespace", "uid", "creationTimestamp", "generation"}) {
            if (current.path("metadata").has(kept)) {
                metadata.set(kept, current.path("metadata").get(kept));
            }
        }
        if (resource == ApiResource.SERVICES) {
            services.keepAllocated(current, object);
        }
        defaults(resource, object);
        if (metadata.has("generation") && !withoutMetadata(object).equals(withoutMetadata(current))) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        return object;
    }

    /** The name of an object, made up from generateName when it has none of its own. */
    static String nameOf(ObjectNode body) {
        String name = body.path("metadata").path("name").asText("");
        String prefix = body.path("metadata").path("generateName").asText("");
        if (!name.isEmpty() || prefix.isEmpty()) {
            return name;
        }
        StringBuilder generated = new StringBuilder(prefix);
        ThreadLocalRandom.current()
                .ints(5, 0, SUFFIX_LETTERS.length())
                .forEach(letter -> generated.append(SUFFIX_LETTERS.charAt(letter)));
        return generated.toString();
    }

    private static ObjectNode typed(ApiResource resource, ObjectNode body) {
        ObjectNode object = Json.object().put("kind", resource.kind).put("apiVersion", resource.apiVersion());
        object.putObject("metadata");
        object.setAll(body.deepCopy());
        object.put("kind", resource.kind).put("apiVersion", resource.apiVersion());
        object.withObjectProperty("metadata").remove("managedFields");
        return object;
    }

    private void defaults(ApiResource resource, ObjectNode object) {
        switch (resource) {
            case SERVICES -> services.apply(object);
            case ENDPOINT_SLICES ->
                object.path("ports").forEach(port -> {
                    absent((ObjectNode) port, "name", "");
                    absent((ObjectNode) port, "protocol", "TCP");
                });
            case ENDPOINTS ->
                object.path("subsets")
                        .forEach(subset ->
                                subset.path("ports").forEach(port -> absent((ObjectNode) port, "protocol", "TCP")));
            case NAMESPACES -> {
                String name = object.path("metadata").path("name").asText();
                absent(
                        object.withObjectProperty("metadata").withObjectProperty("labels"),
                        "kubernetes.io/metadata.name",
                        name);
                object.withObjectProperty("status").put("phase", "Active");
            }
            default -> {}
        }
    }

    private static void absent(ObjectNode node, String field, String value) {
        if (!node.hasNonNull(field)) {
            node.put(field, value);
        }
    }

    private static ObjectNode withoutMetadata(ObjectNode object) {
        return object.deepCopy().without("metadata");
    }
}
