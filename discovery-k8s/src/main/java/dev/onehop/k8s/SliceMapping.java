package dev.onehop.k8s;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNode;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

    /** Null when the object has no name or namespace. */
    @Nullable EndpointSlice map(io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice object) {
        ObjectMeta metadata = object.getMetadata();
        ServiceKey key = Metadata.key(metadata);
        if (key == null) {
            return null;
        }
        return new EndpointSlice(
                shared(key.namespace()),
                key.name(),
                pool.shared(Metadata.labels(metadata).get(SERVICE_NAME)),
                Metadata.labels(metadata).containsKey(HEADLESS),
                shared(Objects.requireNonNullElse(object.getAddressType(), "")),
                ports(Lists.present(object.getPorts())),
                endpoints(Lists.present(object.getEndpoints())),
                changeTriggered(metadata));
    }

    private List<SlicePort> ports(List<EndpointPort> ports) {
        var mapped = new ArrayList<SlicePort>(ports.size());
        for (EndpointPort port : ports) {
            Protocol protocol = Protocols.read(port.getProtocol());
            if (protocol != null) {
                String name = shared(Objects.requireNonNullElse(port.getName(), ""));
                mapped.add(new SlicePort(name, protocol, port.getPort()));
            }
        }
        return mapped;
    }

    private List<Endpoint> endpoints(List<io.fabric8.kubernetes.api.model.discovery.v1.Endpoint> endpoints) {
        var mapped = new ArrayList<Endpoint>(endpoints.size());
        for (var endpoint : endpoints) {
            mapped.add(endpoint(endpoint));
        }
        return mapped;
    }

    private Endpoint endpoint(io.fabric8.kubernetes.api.model.discovery.v1.Endpoint endpoint) {
        List<String> addresses = Lists.present(endpoint.getAddresses());
        var builder = Endpoint.builder(addresses.isEmpty() ? null : addresses.get(0))
                .node(pool.shared(endpoint.getNodeName()))
                .zone(pool.shared(endpoint.getZone()));
        EndpointConditions conditions = endpoint.getConditions();
        if (conditions != null) {
            builder.conditions(conditions.getReady(), conditions.getServing(), conditions.getTerminating());
        }
        EndpointHints hints = endpoint.getHints();
        if (hints != null) {
            builder.zoneHints(pool.sharedSet(Lists.present(hints.getForZones()).stream()
                            .map(ForZone::getName)
                            .toList()))
                    .nodeHints(pool.sharedSet(Lists.present(hints.getForNodes()).stream()
                            .map(ForNode::getName)
                            .toList()));
        }
        if (endpoint.getTargetRef() != null) {
            builder.pod(
                    endpoint.getTargetRef().getName(), endpoint.getTargetRef().getUid());
        }
        return builder.build();
    }

    private String shared(String text) {
        return Objects.requireNonNull(pool.shared(text));
    }

    /** The controller's stamp (R46), or null when it is absent or not a time. */
    static @Nullable Instant changeTriggered(ObjectMeta metadata) {
        String stamp = Metadata.annotations(metadata).get(CHANGE_TRIGGERED);
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
