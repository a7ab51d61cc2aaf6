package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServicePort;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Headless Services balanced by the client, for those who asked for it (R2): whom DNS would name, on a port of the
 * Service or, as clients of DNS do, on the target port itself. Ready endpoints only: no policy, no hints, no terminating
 * fallback and no affinity applies to them. Never refuses: where nobody is ready, DNS says so in its own way.
 *
 * <p>Pure functions.
 */
public final class HeadlessRoute {

    private static final String HIDDEN = "no slice of it is seen, perhaps because the discovery hides those of headless"
            + " Services, as KubernetesDiscovery does unless built with headless(true)";

    private HeadlessRoute() {}

    /** {@link Route#of}, except that a headless Service which that leaves to DNS is balanced. */
    public static Route of(
            Destination destination,
            ServiceDeclaration declaration,
            Collection<EndpointSlice> slices,
            ClientLocation here,
            AddressPolicy addresses) {
        Route route = Route.of(destination, declaration, slices, here, addresses);
        return route instanceof Route.NotProxied left
                        && left.reason() == RouteReason.HEADLESS
                        && declaration instanceof ServiceDeclaration.Present present
                ? balanced(destination, present.service(), slices, here, addresses)
                : route;
    }

    private static Route balanced(
            Destination destination,
            Service service,
            Collection<EndpointSlice> slices,
            ClientLocation here,
            AddressPolicy addresses) {
        List<EndpointSlice> own =
                slices.stream().filter(slice -> slice.belongsTo(service.key())).toList();
        AddressFamily family = family(destination, service, own);
        ServicePort port = ServiceRules.port(service, destination);
        var resolved = new Resolved(destination, port, family, null);
        if (own.isEmpty()) {
            return left(resolved, RouteReason.HEADLESS_NOBODY, HIDDEN);
        }
        List<EndpointSlice> counted = slices.stream()
                .map(slice -> withPorts(slice, port == null ? targetPort(slice, destination) : slice.ports()))
                .toList();
        if (port == null && counted.stream().noneMatch(slice -> isDialled(slice, service, family))) {
            String detail = ServiceRules.portsOf(service) + ", and none of its slices has it as a target port";
            return left(resolved, RouteReason.UNDEFINED_PORT, detail);
        }
        String name = port == null ? "" : port.name();
        var target = new Lookup.Found(resolved, name, family, TrafficPolicy.CLUSTER, Optional.empty());
        return ready(target, EndpointMerge.of(target, counted, here, addresses));
    }

    private static Route ready(Lookup.Found target, EndpointMerge merge) {
        EndpointCounts counts = EndpointCounts.of(merge.endpoints(), merge.unusableAddress());
        if (counts.ready() == 0) {
            String detail =
                    merge.offPort() == 0 ? counts.toString() : counts + ", " + merge.offPort() + " off this port";
            return left(target.resolved(), RouteReason.HEADLESS_NOBODY, detail);
        }
        List<Excluded> excluded = merge.excluded();
        var ready = new ArrayList<RoutedEndpoint>(counts.ready());
        for (RoutedEndpoint routed : merge.endpoints()) {
            if (routed.endpoint().isReady()) {
                ready.add(routed);
            } else {
                excluded.add(new Excluded(
                        routed.endpoint(), routed.key().port(), routed.slice(), ExclusionReason.HEADLESS_NOT_READY));
            }
        }
        String text = RouteText.backends(target.resolved(), ready.size(), Scope.HEADLESS, counts);
        return new Route.Backends(target.resolved(), ready, Scope.HEADLESS, Optional.empty(), counts, excluded, text);
    }

    private static boolean isDialled(EndpointSlice slice, Service service, AddressFamily family) {
        return slice.belongsTo(service.key())
                && SliceRules.isOf(slice, family)
                && !slice.ports().isEmpty();
    }

    private static Route left(Resolved resolved, RouteReason reason, String detail) {
        return new Route.NotProxied(resolved, reason, RouteText.notProxied(new Lookup.Left(resolved, reason, detail)));
    }

    /** As {@link ServiceRules} has it; a Service too old to name its families has that of its slices. */
    private static AddressFamily family(Destination destination, Service service, List<EndpointSlice> own) {
        AddressFamily wanted = destination.family();
        if (wanted != null) {
            return wanted;
        }
        return service.ipFamilies().isEmpty()
                ? UnreadableService.family(own)
                : service.ipFamilies().get(0);
    }

    /** The slice's port with the number asked for, as the one unnamed port; a number under two names is one port. */
    private static List<SlicePort> targetPort(EndpointSlice slice, Destination destination) {
        for (SlicePort port : slice.ports()) {
            if (port.protocol() == destination.protocol()
                    && destination.port() instanceof PortRef.Numbered asked
                    && asked.number() == SliceRules.number(port)) {
                return List.of(new SlicePort("", port.protocol(), asked.number()));
            }
        }
        return List.of();
    }

    /** The slice as one that counts: without the label which keeps headless Services from kube-proxy (R8). */
    private static EndpointSlice withPorts(EndpointSlice slice, List<SlicePort> ports) {
        return new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                false,
                slice.addressType(),
                ports,
                slice.endpoints(),
                slice.changeTriggered());
    }
}
