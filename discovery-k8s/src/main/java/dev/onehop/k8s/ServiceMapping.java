package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import dev.onehop.service.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the API's Service as kube-proxy does, with the API server's defaults for whatever is absent (R6).
 *
 * <p>Pure.
 */
final class ServiceMapping {

    private static final String SERVICE_PROXY_NAME = "service.kubernetes.io/service-proxy-name";

    private ServiceMapping() {}

    /**
     * Null when the object has no name or namespace, and so is nobody's Service.
     *
     * @throws MisfitException when a field is of another type than the API's
     */
    static @Nullable Service map(JsonNode object) {
        ServiceKey key = Metadata.key(object);
        if (key == null) {
            return null;
        }
        JsonNode spec = Fields.object(object, "spec");
        String clusterIp = Fields.text(spec, "clusterIP");
        List<String> clusterIps = Fields.texts(spec, "clusterIPs");
        return new Service(
                key,
                type(Fields.text(spec, "type")),
                clusterIp(clusterIp, clusterIps),
                clusterIps.isEmpty() && isAddress(clusterIp) ? List.of(clusterIp) : clusterIps,
                families(Fields.texts(spec, "ipFamilies")),
                ports(Fields.objects(spec, "ports")),
                Objects.equals(Fields.text(spec, "internalTrafficPolicy"), "Local")
                        ? TrafficPolicy.LOCAL
                        : TrafficPolicy.CLUSTER,
                affinity(spec),
                Metadata.hasLabel(object, SERVICE_PROXY_NAME));
    }

    private static String clusterIp(@Nullable String clusterIp, List<String> clusterIps) {
        if (clusterIp != null) {
            return clusterIp;
        }
        return clusterIps.isEmpty() ? "" : clusterIps.get(0);
    }

    private static boolean isAddress(@Nullable String clusterIp) {
        return clusterIp != null && !clusterIp.isEmpty() && !clusterIp.equals("None");
    }

    private static ServiceType type(@Nullable String type) {
        for (ServiceType known : ServiceType.values()) {
            if (known.toString().equals(type)) {
                return known;
            }
        }
        return ServiceType.CLUSTER_IP;
    }

    private static List<AddressFamily> families(List<String> names) {
        var families = new ArrayList<AddressFamily>();
        for (String name : names) {
            for (AddressFamily known : AddressFamily.values()) {
                if (known.toString().equals(name)) {
                    families.add(known);
                }
            }
        }
        return families;
    }

    private static List<ServicePort> ports(List<JsonNode> ports) {
        var mapped = new ArrayList<ServicePort>(ports.size());
        for (JsonNode port : ports) {
            Protocol protocol = Protocols.read(Fields.text(port, "protocol"));
            Integer number = Fields.integer(port, "port");
            if (number != null && protocol != null) {
                mapped.add(new ServicePort(Fields.textOrEmpty(port, "name"), protocol, number));
            }
        }
        return mapped;
    }

    private static Optional<Duration> affinity(JsonNode spec) {
        if (!Objects.equals(Fields.text(spec, "sessionAffinity"), "ClientIP")) {
            return Optional.empty();
        }
        JsonNode clientIp = Fields.object(Fields.object(spec, "sessionAffinityConfig"), "clientIP");
        Integer seconds = Fields.integer(clientIp, "timeoutSeconds");
        return Optional.of(seconds == null ? Service.DEFAULT_AFFINITY_TIMEOUT : Duration.ofSeconds(seconds));
    }
}
