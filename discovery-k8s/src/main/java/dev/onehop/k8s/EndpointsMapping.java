package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.IpAddress;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

    /**
     * Null when the object has no name or namespace.
     *
     * @throws MisfitException when a field is of another type than the API's
     */
    @Nullable List<EndpointSlice> map(JsonNode object) {
        ServiceKey key = Metadata.key(object);
        if (key == null) {
            return null;
        }
        boolean headless = Metadata.hasLabel(object, SliceMapping.HEADLESS);
        Instant triggered = SliceMapping.changeTriggered(object);
        var slices = new ArrayList<EndpointSlice>();
        for (JsonNode subset : Fields.objects(object, "subsets")) {
            List<SlicePort> ports = PortMapping.ports(subset, pool);
            Map<AddressFamily, List<Endpoint>> byFamily = new EnumMap<>(AddressFamily.class);
            add(byFamily, Fields.objects(subset, "addresses"), true);
            add(byFamily, Fields.objects(subset, "notReadyAddresses"), false);
            byFamily.forEach((family, endpoints) -> slices.add(new EndpointSlice(
                    key.namespace(),
                    key.name() + "-endpoints-" + slices.size(),
                    key.name(),
                    headless,
                    family.toString(),
                    ports,
                    endpoints,
                    triggered)));
        }
        return List.copyOf(slices);
    }

    private void add(Map<AddressFamily, List<Endpoint>> byFamily, List<JsonNode> addresses, boolean ready) {
        for (JsonNode address : addresses) {
            String text = Fields.text(address, "ip");
            IpAddress ip = text == null ? null : IpAddress.parse(text);
            AddressFamily family = ip == null ? AddressFamily.IPV4 : ip.family();
            JsonNode pod = Fields.object(address, "targetRef");
            Endpoint endpoint = Endpoint.builder(text)
                    .conditions(ready, ready, false)
                    .node(pool.shared(Fields.text(address, "nodeName")))
                    .pod(Fields.text(pod, "name"), Fields.text(pod, "uid"))
                    .build();
            byFamily.computeIfAbsent(family, any -> new ArrayList<>()).add(endpoint);
        }
    }
}
