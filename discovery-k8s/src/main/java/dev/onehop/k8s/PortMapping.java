package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The ports of a slice, and of a subset of v1 Endpoints: they are written alike. A port of a protocol nobody knows is
 * left out; null and 0 stay, for the rules to explain.
 *
 * <p>Pure functions, but for the pool.
 */
final class PortMapping {

    private PortMapping() {}

    static List<SlicePort> ports(JsonNode parent, StringPool pool) {
        List<JsonNode> ports = Fields.objects(parent, "ports");
        var mapped = new ArrayList<SlicePort>(ports.size());
        for (JsonNode port : ports) {
            Protocol protocol = Protocols.read(Fields.text(port, "protocol"));
            if (protocol != null) {
                String name = Objects.requireNonNull(pool.shared(Fields.textOrEmpty(port, "name")));
                mapped.add(new SlicePort(name, protocol, Fields.integer(port, "port")));
            }
        }
        return mapped;
    }
}
