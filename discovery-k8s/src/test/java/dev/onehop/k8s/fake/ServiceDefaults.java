package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The fields a Service gets when its author left them out, cluster IP and node ports included.
 *
 * <p>Addresses and node ports are counted up and never reused. Shared: safe from any thread.
 */
final class ServiceDefaults {
    private final AtomicInteger addresses = new AtomicInteger();
    private final AtomicInteger nodePorts = new AtomicInteger(30000);

    void apply(ObjectNode service) {
        ObjectNode spec = service.withObjectProperty("spec");
        absent(spec, "type", "ClusterIP");
        absent(spec, "sessionAffinity", "None");
        String type = spec.path("type").asText();
        boolean external = type.equals("NodePort") || type.equals("LoadBalancer");
        for (JsonNode port : spec.path("ports")) {
            if (port instanceof ObjectNode each) {
                portDefaults(each, external);
            }
        }
        if (spec.path("sessionAffinity").asText().equals("ClientIP") && !spec.has("sessionAffinityConfig")) {
            spec.putObject("sessionAffinityConfig").putObject("clientIP").put("timeoutSeconds", 10800);
        }
        if (external) {
            absent(spec, "externalTrafficPolicy", "Cluster");
        }
        if (!type.equals("ExternalName")) {
            clusterAddress(spec);
        }
        service.withObjectProperty("status").withObjectProperty("loadBalancer");
    }

    /** Carries over what the server once allocated and a replacement left out. */
    void keepAllocated(JsonNode current, ObjectNode replacement) {
        ObjectNode spec = replacement.withObjectProperty("spec");
        JsonNode before = current.path("spec");
        if (!spec.path("type").asText("").equals("ExternalName")) {
            for (String field : new String[] {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
                boolean sameAddress =
                        !spec.has("clusterIP") || spec.get("clusterIP").equals(before.get("clusterIP"));
                if (!spec.hasNonNull(field) && before.has(field) && sameAddress) {
                    spec.set(field, before.get(field));
                }
            }
        }
        if (!replacement.has("status") && current.has("status")) {
            replacement.set("status", current.get("status").deepCopy());
        }
        spec.path("ports")
                .forEach(port -> before.path("ports").forEach(old -> {
                    boolean same = old.path("port").equals(port.path("port"));
                    if (same && old.has("nodePort") && !port.has("nodePort")) {
                        ((ObjectNode) port).set("nodePort", old.get("nodePort"));
                    }
                }));
    }

    private void portDefaults(ObjectNode port, boolean external) {
        absent(port, "protocol", "TCP");
        if (!port.hasNonNull("targetPort") && port.has("port")) {
            port.set("targetPort", port.get("port"));
        }
        if (external && !port.hasNonNull("nodePort")) {
            port.put("nodePort", nodePorts.incrementAndGet());
        } else if (!external) {
            port.remove("nodePort");
        }
    }

    private void clusterAddress(ObjectNode spec) {
        absent(spec, "internalTrafficPolicy", "Cluster");
        if (spec.path("clusterIP").asText("").isEmpty()) {
            int next = addresses.incrementAndGet();
            spec.put("clusterIP", "10.96." + (next / 250 % 250) + "." + (next % 250 + 1));
        }
        String address = spec.get("clusterIP").asText();
        if (!spec.path("clusterIPs").path(0).asText("").equals(address)) {
            spec.putArray("clusterIPs").add(address);
        }
        if (!spec.has("ipFamilies")) {
            spec.putArray("ipFamilies").add(address.contains(":") ? "IPv6" : "IPv4");
        }
        absent(spec, "ipFamilyPolicy", "SingleStack");
    }

    private static void absent(ObjectNode node, String field, String value) {
        if (!node.hasNonNull(field)) {
            node.put(field, value);
        }
    }
}
