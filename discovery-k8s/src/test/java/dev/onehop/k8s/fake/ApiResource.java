package dev.onehop.k8s.fake;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The resources this server knows, with the names each goes by.
 *
 * <p>Immutable.
 */
enum ApiResource {
    NAMESPACES("", "namespaces", "Namespace", false, List.of("ns")),
    NODES("", "nodes", "Node", false, List.of("no")),
    SERVICES("", "services", "Service", true, List.of("svc")),
    ENDPOINTS("", "endpoints", "Endpoints", true, List.of("ep")),
    PODS("", "pods", "Pod", true, List.of("po")),
    ENDPOINT_SLICES("discovery.k8s.io", "endpointslices", "EndpointSlice", true, List.of());

    final String group;
    final String plural;
    final String kind;
    final boolean namespaced;
    final List<String> shortNames;

    ApiResource(String group, String plural, String kind, boolean namespaced, List<String> shortNames) {
        this.group = group;
        this.plural = plural;
        this.kind = kind;
        this.namespaced = namespaced;
        this.shortNames = shortNames;
    }

    /** The resource with this plural name, as the Java API names it. */
    static ApiResource of(String plural) {
        for (ApiResource resource : values()) {
            if (resource.plural.equals(plural)) {
                return resource;
            }
        }
        throw new IllegalArgumentException("resource: " + plural + " (expected: one of " + plurals() + ")");
    }

    static @Nullable ApiResource find(String group, String plural) {
        for (ApiResource resource : values()) {
            if (resource.group.equals(group) && resource.plural.equals(plural)) {
                return resource;
            }
        }
        return null;
    }

    static ApiResource ofKind(String apiVersion, String kind) {
        for (ApiResource resource : values()) {
            if (resource.kind.equals(kind) && resource.apiVersion().equals(apiVersion)) {
                return resource;
            }
        }
        throw new IllegalArgumentException(
                "kind: " + apiVersion + " " + kind + " (expected: one of " + plurals() + ")");
    }

    String apiVersion() {
        return group.isEmpty() ? "v1" : group + "/v1";
    }

    /** The name error messages use, such as {@code endpointslices.discovery.k8s.io}. */
    String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    String singular() {
        return kind.toLowerCase(Locale.ROOT);
    }

    /** Where the collection of this resource lives, across all namespaces. */
    String collectionPath() {
        return (group.isEmpty() ? "/api/v1/" : "/apis/" + group + "/v1/") + plural;
    }

    private static List<String> plurals() {
        return List.of(values()).stream().map(resource -> resource.plural).toList();
    }
}
