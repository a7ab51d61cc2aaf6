package dev.onehop.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * One claim about a Service: where we are, what is asked, and what is expected after each change of objects. Read
 * strictly: a misspelt field is an error, not a case that claims less.
 *
 * <p>Immutable.
 *
 * @param file the file it is in, without its ending
 * @param name the claim
 * @param rules those it is a case of
 * @param family null for the Service's primary one
 * @param headless whether the client asked for headless Services to be balanced
 * @param reads odd address texts, to what they mean; null means never dialled
 * @param steps the first is the manifests as they are
 */
record ConformanceCase(
        String file,
        String name,
        List<String> rules,
        ClientLocation here,
        ServiceKey service,
        int port,
        Protocol protocol,
        AddressFamily family,
        boolean headless,
        Map<String, String> reads,
        List<Step> steps) {

    private static final Set<String> FIELDS = Set.of(
            "name",
            "rules",
            "node",
            "zone",
            "service",
            "port",
            "protocol",
            "family",
            "headless",
            "reads",
            "manifests",
            "expect",
            "pick",
            "steps");

    /**
     * A change, and what holds after it.
     *
     * @param after how much time passes before it
     * @param delete {@code Kind/name} or {@code Kind/namespace/name}
     * @param expect that of the step before, where only time passes
     * @param picks one new connection for each Service port here, in this order, and where it may go
     * @param refused whether the pods refuse these connections
     */
    record Step(
            String change,
            Duration after,
            List<ObjectNode> apply,
            List<String> delete,
            Expectation expect,
            Map<Integer, Pick> picks,
            boolean refused) {}

    /**
     * Where a connection may go.
     *
     * @param anyOf {@code ip:port}: over many seeds exactly these, whatever was picked before; empty for the same as
     *     the connection before
     */
    record Pick(List<String> anyOf) {}

    /**
     * What holds.
     *
     * @param backends {@code ip:port}, in any order
     * @param pods the uids of their pods, in the same order; empty when the case does not say
     * @param affinitySeconds 0 for none, null when the case does not say
     * @param excluded {@code address rule}, in any order; null when the case does not say
     */
    record Expectation(
            String verdict, List<String> backends, List<String> pods, Integer affinitySeconds, List<String> excluded) {}

    static ConformanceCase read(String file, JsonNode node) {
        String name = node.path("name").asText();
        known(node, FIELDS, name);
        String[] service = node.required("service").asText().split("/", 2);
        var steps = new ArrayList<Step>();
        int port = node.required("port").asInt();
        Expectation expect = expectation(node.required("expect"), name);
        steps.add(new Step(
                "at first",
                Duration.ZERO,
                objects(node.required("manifests")),
                List.of(),
                expect,
                picks(node.path("pick"), port),
                false));
        for (JsonNode step : node.path("steps")) {
            known(step, Set.of("change", "after", "apply", "delete", "expect", "pick", "refused"), name);
            boolean onlyTime = !step.has("apply") && !step.has("delete");
            expect = onlyTime && !step.has("expect") ? expect : expectation(step.required("expect"), name);
            steps.add(new Step(
                    step.required("change").asText(),
                    duration(step.path("after").asText("0 s")),
                    objects(step.path("apply")),
                    texts(step.path("delete")),
                    expect,
                    picks(step.path("pick"), port),
                    step.path("refused").asBoolean()));
        }
        return new ConformanceCase(
                file,
                name,
                texts(node.required("rules")),
                new ClientLocation(
                        node.path("node").asText(null), node.path("zone").asText(null)),
                new ServiceKey(service[0], service[1]),
                port,
                Protocol.valueOf(node.path("protocol").asText("TCP")),
                node.has("family")
                        ? AddressFamily.valueOf(node.path("family").asText().toUpperCase(Locale.ROOT))
                        : null,
                node.path("headless").asBoolean(),
                reads(node.path("reads")),
                List.copyOf(steps));
    }

    private static Expectation expectation(JsonNode node, String name) {
        known(node, Set.of("verdict", "backends", "pods", "affinitySeconds", "excluded"), name);
        List<String> excluded = null;
        if (node.has("excluded")) {
            excluded = new ArrayList<>();
            for (JsonNode each : node.get("excluded")) {
                known(each, Set.of("address", "rule"), name);
                excluded.add(each.required("address").asText(null) + " "
                        + each.required("rule").asText());
            }
        }
        return new Expectation(
                node.required("verdict").asText(),
                texts(node.path("backends")),
                texts(node.path("pods")),
                node.has("affinitySeconds") ? node.get("affinitySeconds").asInt() : null,
                excluded);
    }

    /** {@code 60 s}, {@code 1 ns}. */
    private static Duration duration(String text) {
        String[] parts = text.split(" ", 2);
        return Duration.of(
                Long.parseLong(parts[0]),
                switch (parts[1]) {
                    case "s" -> ChronoUnit.SECONDS;
                    case "ns" -> ChronoUnit.NANOS;
                    default -> throw new IllegalArgumentException("after: '" + text + "' (expected: '60 s' or '1 ns')");
                });
    }

    /** By Service port where it is an object, else of the case's own port. */
    private static Map<Integer, Pick> picks(JsonNode node, int port) {
        var picks = new LinkedHashMap<Integer, Pick>();
        if (node.isObject()) {
            node.properties().forEach(each -> picks.put(Integer.valueOf(each.getKey()), pick(each.getValue())));
        } else if (!node.isMissingNode()) {
            picks.put(port, pick(node));
        }
        return picks;
    }

    private static Pick pick(JsonNode node) {
        if (node.isArray()) {
            return new Pick(texts(node));
        }
        return new Pick(node.asText().equals("same") ? List.of() : List.of(node.asText()));
    }

    private static Map<String, String> reads(JsonNode node) {
        var reads = new HashMap<String, String>();
        node.properties()
                .forEach(each -> reads.put(each.getKey(), each.getValue().asText(null)));
        return reads;
    }

    private static List<ObjectNode> objects(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false)
                .map(ObjectNode.class::cast)
                .toList();
    }

    private static List<String> texts(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static void known(JsonNode node, Set<String> fields, String name) {
        var unknown = new TreeSet<String>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(fields);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "case \"" + name + "\": " + unknown + " (expected: some of " + new TreeSet<>(fields) + ")");
        }
    }
}
