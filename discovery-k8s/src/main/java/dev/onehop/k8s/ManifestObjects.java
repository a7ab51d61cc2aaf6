package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Printable;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a set of manifests declares, and the views it adds up to. Objects that say nothing about routing are counted and
 * left out; one object declared twice is an error, because kubectl would keep only the second.
 *
 * <p>Not thread-safe.
 */
final class ManifestObjects {

    private final String defaultNamespace;
    private final SliceMapping sliceMapping;
    private final EndpointsMapping endpointsMapping;
    private final Map<ServiceKey, Service> services = new LinkedHashMap<>();
    private final List<EndpointSlice> slices = new ArrayList<>();
    private final Map<ServiceKey, List<EndpointSlice>> endpoints = new LinkedHashMap<>();
    private final Map<String, String> zones = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();
    private int skipped;

    ManifestObjects(String defaultNamespace) {
        this.defaultNamespace = defaultNamespace;
        var pool = new StringPool();
        sliceMapping = new SliceMapping(pool);
        endpointsMapping = new EndpointsMapping(pool);
    }

    void add(String source, byte[] bytes) {
        for (ObjectNode object : ManifestText.objects(source, bytes)) {
            add(source, object);
        }
    }

    int skipped() {
        return skipped;
    }

    /** The zone of a Node among the objects, {@code ""} when it has none, or null when the Node is not declared. */
    @Nullable String zone(String node) {
        return zones.get(node);
    }

    /** One view per Service that is declared or has endpoints. */
    Map<ServiceKey, ServiceView> views() {
        Set<ServiceKey> keys = new LinkedHashSet<>(services.keySet());
        keys.addAll(endpoints.keySet());
        for (EndpointSlice slice : slices) {
            if (slice.serviceName() != null && !slice.serviceName().isEmpty()) {
                keys.add(new ServiceKey(slice.namespace(), slice.serviceName()));
            }
        }
        Map<ServiceKey, ServiceView> views = new LinkedHashMap<>();
        keys.forEach(key -> views.put(key, view(key)));
        return views;
    }

    private ServiceView view(ServiceKey key) {
        Service service = services.get(key);
        List<EndpointSlice> own =
                slices.stream().filter(slice -> slice.belongsTo(key)).toList();
        return new ServiceView.Live(
                service == null ? new ServiceDeclaration.Absent() : new ServiceDeclaration.Present(service),
                own.isEmpty() ? endpoints.getOrDefault(key, List.of()) : own);
    }

    /** A Knative Service is no Service: the API group tells them apart. No apiVersion, as in recorded lists, is ours. */
    private static boolean isOurs(String kind, String apiVersion) {
        return switch (kind) {
            case "Service", "Endpoints", "Node" -> apiVersion.isEmpty() || apiVersion.equals("v1");
            case "EndpointSlice" -> apiVersion.isEmpty() || apiVersion.startsWith("discovery.k8s.io/");
            default -> false;
        };
    }

    private void add(String source, ObjectNode object) {
        String kind = object.path("kind").asText("");
        if (!isOurs(kind, object.path("apiVersion").asText(""))) {
            skipped++;
            return;
        }
        JsonNode metadata = object.path("metadata");
        String name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            skipped++;
            return;
        }
        if (kind.equals("Node")) {
            declare(source, "Node " + name);
            zones.put(name, NodeIdentity.zone(object));
            return;
        }
        String given = metadata.path("namespace").asText("");
        String namespace = given.isEmpty() ? defaultNamespace : given;
        String what = kind + " " + namespace + "/" + name;
        declare(source, what);
        ObjectNode complete = given.isEmpty() ? inNamespace(namespace, object) : object;
        try {
            keep(kind, new ServiceKey(namespace, name), complete);
        } catch (MisfitException misfit) {
            throw new IllegalArgumentException(
                    "manifest " + Printable.of(source) + ": " + Printable.of(what) + " does not fit its kind: "
                            + misfit.getMessage(),
                    misfit);
        }
    }

    private void keep(String kind, ServiceKey key, ObjectNode object) {
        if (kind.equals("Service")) {
            services.put(key, Objects.requireNonNull(ServiceMapping.map(object)));
        } else if (kind.equals("EndpointSlice")) {
            slices.add(Objects.requireNonNull(sliceMapping.map(object)));
        } else {
            endpoints.put(key, Objects.requireNonNull(endpointsMapping.map(object)));
        }
    }

    /** A copy, because aliases may share the original. */
    private static ObjectNode inNamespace(String namespace, ObjectNode object) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode metadata = nodes.objectNode();
        metadata.setAll((ObjectNode) object.path("metadata"));
        ObjectNode copy = nodes.objectNode();
        copy.setAll(object);
        copy.set("metadata", metadata.put("namespace", namespace));
        return copy;
    }

    private void declare(String source, String what) {
        String before = sources.putIfAbsent(what, source);
        if (before != null) {
            throw new IllegalArgumentException(Printable.of(what) + ": declared in " + Printable.of(before) + " and in "
                    + Printable.of(source) + " (expected: once)");
        }
    }
}
