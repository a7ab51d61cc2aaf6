package dev.onehop.k8s;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import dev.onehop.service.TrafficPolicy;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the API's Service as kube-proxy does, with the API server's defaults for whatever is absent (R6).
 *
 * <p>Pure; refuses nothing but an object without a name.
 */
final class ServiceMapping {

    private static final String SERVICE_PROXY_NAME = "service.kubernetes.io/service-proxy-name";

    private ServiceMapping() {}

    /** Null when the object has no name or namespace, and so is nobody's Service. */
    static @Nullable Service map(io.fabric8.kubernetes.api.model.Service object) {
        ServiceKey key = Metadata.key(object.getMetadata());
        if (key == null) {
            return null;
        }
        ServiceSpec spec = Objects.requireNonNullElseGet(object.getSpec(), ServiceSpec::new);
        List<String> clusterIps = Lists.present(spec.getClusterIPs());
        return new Service(
                key,
                type(spec.getType()),
                clusterIp(spec.getClusterIP(), clusterIps),
                clusterIps.isEmpty() && isAddress(spec.getClusterIP()) ? List.of(spec.getClusterIP()) : clusterIps,
                families(Lists.present(spec.getIpFamilies())),
                ports(Lists.present(spec.getPorts())),
                Objects.equals(spec.getInternalTrafficPolicy(), "Local") ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER,
                affinity(spec),
                Metadata.labels(object.getMetadata()).containsKey(SERVICE_PROXY_NAME));
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

    private static List<ServicePort> ports(List<io.fabric8.kubernetes.api.model.ServicePort> ports) {
        var mapped = new ArrayList<ServicePort>(ports.size());
        for (var port : ports) {
            Protocol protocol = Protocols.read(port.getProtocol());
            if (port.getPort() != null && protocol != null) {
                mapped.add(new ServicePort(Objects.requireNonNullElse(port.getName(), ""), protocol, port.getPort()));
            }
        }
        return mapped;
    }

    private static Optional<Duration> affinity(ServiceSpec spec) {
        if (!Objects.equals(spec.getSessionAffinity(), "ClientIP")) {
            return Optional.empty();
        }
        SessionAffinityConfig config = spec.getSessionAffinityConfig();
        Integer seconds = config == null || config.getClientIP() == null
                ? null
                : config.getClientIP().getTimeoutSeconds();
        return Optional.of(seconds == null ? Service.DEFAULT_AFFINITY_TIMEOUT : Duration.ofSeconds(seconds));
    }
}
