package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.ServicePort;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which Service port this is when only slices can be read. They know port names, not the Service's numbers, so a number
 * is understood only when there is a single port it can mean. Whatever slices do not tell is left to the platform.
 *
 * <p>Pure functions.
 */
final class UnreadableService {

    private UnreadableService() {}

    static Lookup lookup(Destination destination, Collection<EndpointSlice> slices) {
        List<EndpointSlice> own = slices.stream()
                .filter(slice -> slice.belongsTo(destination.service()) && !slice.headless())
                .toList();
        AddressFamily family = family(destination, own);
        SortedSet<String> portNames = portNames(destination, family, own);
        if (destination.port() instanceof PortRef.Numbered numbered) {
            if (portNames.size() != 1) {
                return new Lookup.Left(
                        new Resolved(destination, null, family, null),
                        RouteReason.AMBIGUOUS_PORT,
                        portNames.isEmpty() ? "they have none of this protocol" : offered(portNames));
            }
            String name = portNames.first();
            var port = new ServicePort(name, destination.protocol(), numbered.number());
            return found(new Resolved(destination, port, family, null), name, family);
        }
        String name = ((PortRef.Named) destination.port()).name();
        Resolved resolved = new Resolved(destination, null, family, null);
        if (!portNames.contains(name)) {
            String detail = portNames.isEmpty() ? "it has no slice with a port" : offered(portNames);
            return new Lookup.Left(resolved, RouteReason.SERVICE_UNREADABLE, detail);
        }
        return found(resolved, name, family);
    }

    private static Lookup found(Resolved resolved, String portName, AddressFamily family) {
        return new Lookup.Found(resolved, portName, family, TrafficPolicy.CLUSTER, Optional.empty());
    }

    private static AddressFamily family(Destination destination, List<EndpointSlice> slices) {
        AddressFamily wanted = destination.family();
        return wanted == null ? family(slices) : wanted;
    }

    /** IPv4 if there are slices of it. */
    static AddressFamily family(List<EndpointSlice> slices) {
        boolean anyIpv4 = slices.stream().anyMatch(slice -> SliceRules.isOf(slice, AddressFamily.IPV4));
        return anyIpv4 ? AddressFamily.IPV4 : AddressFamily.IPV6;
    }

    private static SortedSet<String> portNames(
            Destination destination, AddressFamily family, List<EndpointSlice> slices) {
        var names = new TreeSet<String>();
        for (EndpointSlice slice : slices) {
            if (SliceRules.isOf(slice, family)) {
                for (SlicePort port : slice.ports()) {
                    if (port.protocol() == destination.protocol()) {
                        names.add(port.name());
                    }
                }
            }
        }
        return names;
    }

    private static String offered(SortedSet<String> portNames) {
        return "its slices have " + RouteText.names(portNames);
    }
}
