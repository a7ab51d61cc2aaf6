package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the API's EndpointSlice: conditions and hints stay as written, nulls become what R7-R18 say they mean. Nothing
 * is filtered here (FQDN slices, port 0, endpoints without an address): that is for the rules to do, and to explain.
 *
 * <p>Shared: safe from any thread; the pool is.
 */
final class SliceMapping {

    static final String SERVICE_NAME = "kubernetes.io/service-name";
    static final String HEADLESS = "service.kubernetes.io/headless";
    static final String CHANGE_TRIGGERED = "endpoints.kubernetes.io/last-change-trigger-time";

    private final StringPool pool;

    SliceMapping(StringPool pool) {
        this.pool = pool;
    }

    /**
     * Null when the object has no name or namespace.
     *
     * @throws MisfitException when a field is of another type than the API's
     */
    @Nullable EndpointSlice map(JsonNode object) {
        ServiceKey key = Metadata.key(object);
        if (key == null) {
            return null;
        }
        return new EndpointSlice(
                shared(key.namespace()),
                key.name(),
                pool.shared(Metadata.label(object, SERVICE_NAME)),
                Metadata.hasLabel(object, HEADLESS),
                shared(Fields.textOrEmpty(object, "addressType")),
                PortMapping.ports(object, pool),
                endpoints(Fields.objects(object, "endpoints")),
                changeTriggered(object));
    }

    private List<Endpoint> endpoints(List<JsonNode> endpoints) {
        var mapped = new ArrayList<Endpoint>(endpoints.size());
        for (JsonNode endpoint : endpoints) {
            mapped.add(endpoint(endpoint));
        }
        return mapped;
    }

    private Endpoint endpoint(JsonNode endpoint) {
        List<String> addresses = Fields.texts(endpoint, "addresses");
        JsonNode conditions = Fields.object(endpoint, "conditions");
        JsonNode hints = Fields.object(endpoint, "hints");
        JsonNode pod = Fields.object(endpoint, "targetRef");
        return Endpoint.builder(addresses.isEmpty() ? null : addresses.get(0))
                .conditions(
                        Fields.bool(conditions, "ready"),
                        Fields.bool(conditions, "serving"),
                        Fields.bool(conditions, "terminating"))
                .node(pool.shared(Fields.text(endpoint, "nodeName")))
                .zone(pool.shared(Fields.text(endpoint, "zone")))
                .zoneHints(names(hints, "forZones"))
                .nodeHints(names(hints, "forNodes"))
                .pod(Fields.text(pod, "name"), Fields.text(pod, "uid"))
                .build();
    }

    private Set<String> names(JsonNode hints, String field) {
        List<JsonNode> named = Fields.objects(hints, field);
        var names = new ArrayList<@Nullable String>(named.size());
        for (JsonNode each : named) {
            names.add(Fields.text(each, "name"));
        }
        return pool.sharedSet(names);
    }

    private String shared(String text) {
        return Objects.requireNonNull(pool.shared(text));
    }

    /** The controller's stamp (R46), or null when it is absent or not a time. */
    static @Nullable Instant changeTriggered(JsonNode object) {
        String stamp = Metadata.annotation(object, CHANGE_TRIGGERED);
        if (stamp == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(stamp).toInstant();
        } catch (DateTimeException notATime) {
            return null;
        }
    }
}
