package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.IpAddress;
import dev.onehop.service.PortRef;
import dev.onehop.service.Service;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which Services are proxied, by which address, on which port: R1-R6 and R19.
 *
 * <p>Pure functions.
 */
final class ServiceRules {

    private static final String HEADLESS = "None";

    private ServiceRules() {}

    static Lookup lookup(Destination destination, Service service) {
        Resolved nothing = Resolved.nothing(destination);
        if (service.serviceProxyName()) {
            return new Lookup.Left(nothing, RouteReason.SERVICE_PROXY_NAME, "");
        }
        if (service.type() == ServiceType.EXTERNAL_NAME) {
            return new Lookup.Left(nothing, RouteReason.EXTERNAL_NAME, "");
        }
        if (service.clusterIp().equals(HEADLESS)) {
            return new Lookup.Left(nothing, RouteReason.HEADLESS, "");
        }
        if (service.clusterIp().isEmpty()) {
            return new Lookup.Left(nothing, RouteReason.NO_CLUSTER_IP, "");
        }
        AddressFamily wanted = destination.family();
        AddressFamily family = wanted != null ? wanted : primaryFamily(service);
        IpAddress clusterIp = family == null ? null : clusterIp(service, family);
        if (family == null || clusterIp == null) {
            Resolved resolved = new Resolved(destination, null, family, null);
            return new Lookup.Left(resolved, RouteReason.NO_VIP_OF_FAMILY, family == null ? "" : family.toString());
        }
        ServicePort port = port(service, destination);
        Resolved resolved = new Resolved(destination, port, family, clusterIp);
        if (port == null) {
            return new Lookup.Left(resolved, RouteReason.UNDEFINED_PORT, portsOf(service));
        }
        return new Lookup.Found(
                resolved, port.name(), family, service.internalTrafficPolicy(), service.affinityTimeout());
    }

    private static @Nullable AddressFamily primaryFamily(Service service) {
        if (!service.ipFamilies().isEmpty()) {
            return service.ipFamilies().get(0);
        }
        IpAddress only = IpAddress.parse(service.clusterIp());
        return only == null ? null : only.family();
    }

    /** {@code clusterIPs} run parallel to {@code ipFamilies}; before there were families, {@code clusterIP} is it (R4). */
    private static @Nullable IpAddress clusterIp(Service service, AddressFamily family) {
        String text = service.clusterIp();
        if (!service.ipFamilies().isEmpty()) {
            int index = service.ipFamilies().indexOf(family);
            List<String> clusterIps = service.clusterIps();
            if (index < 0 || index >= clusterIps.size()) {
                return null;
            }
            text = clusterIps.get(index);
        }
        IpAddress address = IpAddress.parse(text);
        return address != null && address.family() == family ? address : null;
    }

    /** The Service port that is meant, null when there is none (R5). */
    static @Nullable ServicePort port(Service service, Destination destination) {
        for (ServicePort port : service.ports()) {
            if (port.protocol() == destination.protocol() && isMeant(port, destination.port())) {
                return port;
            }
        }
        return null;
    }

    private static boolean isMeant(ServicePort port, PortRef ref) {
        return ref instanceof PortRef.Named named
                ? port.name().equals(named.name())
                : ref instanceof PortRef.Numbered numbered && port.port() == numbered.number();
    }

    /** Half a sentence for people. */
    static String portsOf(Service service) {
        return service.ports().isEmpty()
                ? "it has no ports"
                : "its ports are "
                        + service.ports().stream().map(ServicePort::toString).collect(Collectors.joining(", "));
    }
}
