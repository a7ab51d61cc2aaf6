package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One column of a kubectl table, and how an object fills it.
 *
 * <p>Immutable.
 */
record Column(String name, boolean wideOnly, Function<JsonNode, String> cell) {
    private static final Column NAME =
            column("Name", object -> object.at("/metadata/name").asText());
    private static final Column AGE =
            column("Age", object -> age(object.at("/metadata/creationTimestamp").asText()));

    private static final Map<ApiResource, List<Column>> COLUMNS = Map.of(
            ApiResource.SERVICES,
            List.of(
                    NAME,
                    column("Type", object -> object.at("/spec/type").asText()),
                    column(
                            "Cluster-IP",
                            object -> orNone(object.at("/spec/clusterIP").asText())),
                    column("External-IP", Column::externalAddress),
                    column("Port(s)", Column::servicePorts),
                    AGE,
                    wide(
                            "Selector",
                            object -> orNone(object.at("/spec/selector").properties().stream()
                                    .map(label -> label.getKey() + "="
                                            + label.getValue().asText())
                                    .collect(Collectors.joining(","))))),
            ApiResource.ENDPOINT_SLICES,
            List.of(
                    NAME,
                    column("AddressType", object -> object.path("addressType").asText()),
                    column(
                            "Ports",
                            object -> joined(
                                    each(object, "/ports")
                                            .map(port -> port.path("port").asText("*")),
                                    "<unset>")),
                    column(
                            "Endpoints",
                            object -> joined(
                                    each(object, "/endpoints")
                                            .flatMap(endpoint -> each(endpoint, "/addresses"))
                                            .map(JsonNode::asText),
                                    "<unset>")),
                    AGE),
            ApiResource.ENDPOINTS,
            List.of(NAME, column("Endpoints", Column::endpointAddresses), AGE),
            ApiResource.NODES,
            List.of(
                    NAME,
                    column("Status", Column::nodeStatus),
                    column("Roles", object -> "<none>"),
                    AGE,
                    column(
                            "Version",
                            object ->
                                    object.at("/status/nodeInfo/kubeletVersion").asText("")),
                    wide(
                            "Zone",
                            object -> orNone(object.at("/metadata/labels")
                                    .path("topology.kubernetes.io/zone")
                                    .asText("")))),
            ApiResource.NAMESPACES,
            List.of(NAME, column("Status", object -> object.at("/status/phase").asText("Active")), AGE),
            ApiResource.PODS,
            List.of(NAME, column("Status", object -> object.at("/status/phase").asText("")), AGE));

    static List<Column> of(ApiResource resource) {
        return COLUMNS.getOrDefault(resource, List.of(NAME, AGE));
    }

    private static Column column(String name, Function<JsonNode, String> cell) {
        return new Column(name, false, cell);
    }

    private static Column wide(String name, Function<JsonNode, String> cell) {
        return new Column(name, true, cell);
    }

    private static String servicePorts(JsonNode service) {
        return orNone(each(service, "/spec/ports")
                .map(port -> port.path("port").asText()
                        + (port.has("nodePort") ? ":" + port.path("nodePort").asText() : "")
                        + "/" + port.path("protocol").asText("TCP"))
                .collect(Collectors.joining(",")));
    }

    private static String externalAddress(JsonNode service) {
        if (service.at("/spec/type").asText().equals("ExternalName")) {
            return service.at("/spec/externalName").asText();
        }
        return orNone(each(service, "/spec/externalIPs").map(JsonNode::asText).collect(Collectors.joining(",")));
    }

    private static String endpointAddresses(JsonNode endpoints) {
        return joined(
                each(endpoints, "/subsets")
                        .flatMap(subset -> each(subset, "/addresses")
                                .flatMap(address -> each(subset, "/ports")
                                        .map(port -> address.path("ip").asText() + ":"
                                                + port.path("port").asText()))),
                "<none>");
    }

    private static String nodeStatus(JsonNode node) {
        boolean ready = each(node, "/status/conditions")
                .anyMatch(condition -> condition.path("type").asText().equals("Ready")
                        && condition.path("status").asText().equals("True"));
        return ready ? "Ready" : node.at("/status/conditions").isMissingNode() ? "Unknown" : "NotReady";
    }

    private static Stream<JsonNode> each(JsonNode object, String pointer) {
        return StreamSupport.stream(object.at(pointer).spliterator(), false);
    }

    /** Up to three, then how many more, as kubectl shows lists. */
    private static String joined(Stream<String> values, String none) {
        List<String> all = values.toList();
        String shown = all.stream().limit(3).collect(Collectors.joining(","));
        return all.isEmpty() ? none : all.size() > 3 ? shown + " + " + (all.size() - 3) + " more..." : shown;
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "<none>" : text;
    }

    private static String age(String timestamp) {
        try {
            Duration age = Duration.between(Instant.parse(timestamp), Instant.now());
            if (age.toSeconds() < 120) {
                return Math.max(0, age.toSeconds()) + "s";
            }
            if (age.toMinutes() < 120) {
                return age.toMinutes() + "m";
            }
            return age.toHours() < 48 ? age.toHours() + "h" : age.toDays() + "d";
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
    }
}
