package dev.onehop.k8s;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.IpAddress;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Endpoints;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a v1 Endpoints object as the slices it would be: one per subset and address family. It is the second choice,
 * for clusters and Roles without EndpointSlices: it knows no zones, no hints, and nothing of terminating pods, and the
 * controller cuts it at 1000 addresses.
 *
 * <p>Shared: safe from any thread; the pool is.
 */
final class EndpointsMapping {

    private final StringPool pool;

    EndpointsMapping(StringPool pool) {
        this.pool = pool;
    }

    /** Null when the object has no name or namespace. */
    @Nullable List<EndpointSlice> map(Endpoints object) {
        ServiceKey key = Metadata.key(object.getMetadata());
        if (key == null) {
            return null;
        }
        boolean headless = Metadata.labels(object.getMetadata()).containsKey(SliceMapping.HEADLESS);
        var slices = new ArrayList<EndpointSlice>();
        for (EndpointSubset subset : Lists.present(object.getSubsets())) {
            List<SlicePort> ports = ports(Lists.present(subset.getPorts()));
            Map<AddressFamily, List<Endpoint>> byFamily = new EnumMap<>(AddressFamily.class);
            add(byFamily, Lists.present(subset.getAddresses()), true);
            add(byFamily, Lists.present(subset.getNotReadyAddresses()), false);
            byFamily.forEach((family, endpoints) -> slices.add(new EndpointSlice(
                    key.namespace(),
                    key.name() + "-endpoints-" + slices.size(),
                    key.name(),
                    headless,
                    family.toString(),
                    ports,
                    endpoints,
                    SliceMapping.changeTriggered(object.getMetadata()))));
        }
        return List.copyOf(slices);
    }

    private void add(Map<AddressFamily, List<Endpoint>> byFamily, List<EndpointAddress> addresses, boolean ready) {
        for (EndpointAddress address : addresses) {
            IpAddress ip = address.getIp() == null ? null : IpAddress.parse(address.getIp());
            AddressFamily family = ip == null ? AddressFamily.IPV4 : ip.family();
            var builder = Endpoint.builder(address.getIp())
                    .conditions(ready, ready, false)
                    .node(pool.shared(address.getNodeName()));
            if (address.getTargetRef() != null) {
                builder.pod(
                        address.getTargetRef().getName(), address.getTargetRef().getUid());
            }
            byFamily.computeIfAbsent(family, any -> new ArrayList<>()).add(builder.build());
        }
    }

    private List<SlicePort> ports(List<EndpointPort> ports) {
        var mapped = new ArrayList<SlicePort>(ports.size());
        for (EndpointPort port : ports) {
            Protocol protocol = Protocols.read(port.getProtocol());
            if (protocol != null) {
                String name = Objects.requireNonNull(pool.shared(Objects.requireNonNullElse(port.getName(), "")));
                mapped.add(new SlicePort(name, protocol, port.getPort()));
            }
        }
        return mapped;
    }
}
