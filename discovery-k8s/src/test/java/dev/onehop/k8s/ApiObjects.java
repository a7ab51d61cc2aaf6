package dev.onehop.k8s;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.SlicePort;

/** API objects written by hand, independently of the mapping under test. */
public final class ApiObjects {

    static final ServiceKey API = new ServiceKey("shop", "api-service");
    private static final ObjectMapper JSON = new ObjectMapper();

    private ApiObjects() {}

    static ObjectNode service(Service service) {
        ObjectNode object =
                object("v1", "Service", service.key().namespace(), service.key().name());
        ObjectNode spec = object.putObject("spec");
        spec.put("type", service.type().toString()).put("clusterIP", service.clusterIp());
        ArrayNode ips = spec.putArray("clusterIPs");
        service.clusterIps().forEach(ips::add);
        ArrayNode families = spec.putArray("ipFamilies");
        service.ipFamilies().forEach(family -> families.add(family.toString()));
        ArrayNode ports = spec.putArray("ports");
        for (ServicePort port : service.ports()) {
            ports.addObject()
                    .put("name", port.name())
                    .put("protocol", port.protocol().name())
                    .put("port", port.port());
        }
        return object;
    }

    public static ObjectNode apiService() {
        return service(Service.builder("shop", "api-service")
                .clusterIp("10.96.123.45")
                .port("http", 80)
                .build());
    }

    public static ObjectNode slice(EndpointSlice slice) {
        ObjectNode object = emptySlice(slice.namespace(), slice.name(), String.valueOf(slice.serviceName()));
        object.put("addressType", slice.addressType());
        for (SlicePort port : slice.ports()) {
            ((ArrayNode) object.get("ports"))
                    .addObject()
                    .put("name", port.name())
                    .put("protocol", port.protocol().name())
                    .put("port", port.port());
        }
        for (Endpoint endpoint : slice.endpoints()) {
            ObjectNode entry = ((ArrayNode) object.get("endpoints")).addObject();
            entry.putArray("addresses").add(endpoint.address());
            entry.putObject("conditions")
                    .put("ready", endpoint.ready())
                    .put("serving", endpoint.serving())
                    .put("terminating", endpoint.terminating());
            entry.put("nodeName", endpoint.nodeName());
            entry.putObject("targetRef")
                    .put("kind", "Pod")
                    .put("name", endpoint.podName())
                    .put("uid", endpoint.podUid());
        }
        return object;
    }

    /** A slice of {@link #API} on 8080 with these ready endpoints. */
    static ObjectNode slice(String name, String... addresses) {
        ObjectNode object = emptySlice("shop", name, "api-service");
        ((ArrayNode) object.get("ports")).addObject().put("name", "http").put("port", 8080);
        for (String address : addresses) {
            ObjectNode entry = ((ArrayNode) object.get("endpoints")).addObject();
            entry.putArray("addresses").add(address);
            entry.putObject("conditions").put("ready", true);
            entry.put("nodeName", "node-a").put("zone", "zone-a");
            entry.putObject("targetRef")
                    .put("kind", "Pod")
                    .put("name", "pod-" + address)
                    .put("uid", "uid-" + address);
        }
        return object;
    }

    static ObjectNode node(String name, String zone) {
        ObjectNode object = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Node");
        object.putObject("metadata").put("name", name).putObject("labels").put("topology.kubernetes.io/zone", zone);
        return object;
    }

    private static ObjectNode emptySlice(String namespace, String name, String service) {
        ObjectNode object = object("discovery.k8s.io/v1", "EndpointSlice", namespace, name);
        ((ObjectNode) object.get("metadata")).putObject("labels").put("kubernetes.io/service-name", service);
        object.put("addressType", "IPv4").putArray("endpoints");
        object.putArray("ports");
        return object;
    }

    private static ObjectNode object(String apiVersion, String kind, String namespace, String name) {
        ObjectNode object =
                JSON.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
        object.putObject("metadata").put("namespace", namespace).put("name", name);
        return object;
    }
}
