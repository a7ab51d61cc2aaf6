package dev.onehop.route;

import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.TrafficPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * From a destination to its {@link Route}: which Service port (R1-R6), which endpoints it has (R7-R18), who of them may
 * be picked (R19-R24), and the verdict (R25).
 *
 * <p>Pure functions.
 */
final class Routing {

    private static final Set<ServiceKey> LEFT_TO_PLATFORM =
            Set.of(new ServiceKey("default", "kubernetes"), new ServiceKey("kube-system", "kube-dns"));

    private Routing() {}

    static Route route(
            Destination destination,
            ServiceDeclaration declaration,
            Collection<EndpointSlice> slices,
            ClientLocation here,
            AddressPolicy addresses) {
        Lookup lookup = lookup(destination, declaration, slices, here);
        if (lookup instanceof Lookup.Left left) {
            return new Route.NotProxied(left.resolved(), left.reason(), RouteText.notProxied(left));
        }
        return route((Lookup.Found) lookup, slices, here, addresses);
    }

    private static Lookup lookup(
            Destination destination,
            ServiceDeclaration declaration,
            Collection<EndpointSlice> slices,
            ClientLocation here) {
        if (LEFT_TO_PLATFORM.contains(destination.service())) {
            return new Lookup.Left(Resolved.nothing(destination), RouteReason.LEFT_TO_PLATFORM, "");
        }
        if (declaration instanceof ServiceDeclaration.Present present) {
            Lookup lookup = ServiceRules.lookup(destination, present.service());
            return needsNode(lookup) && here.node() == null
                    ? new Lookup.Left(lookup.resolved(), RouteReason.NODE_UNKNOWN, "")
                    : lookup;
        }
        if (declaration instanceof ServiceDeclaration.Unreadable) {
            return UnreadableService.lookup(destination, slices);
        }
        return new Lookup.Left(Resolved.nothing(destination), RouteReason.SERVICE_ABSENT, "");
    }

    private static boolean needsNode(Lookup lookup) {
        return lookup instanceof Lookup.Found found && found.policy() == TrafficPolicy.LOCAL;
    }

    private static Route route(
            Lookup.Found target, Collection<EndpointSlice> slices, ClientLocation here, AddressPolicy addresses) {
        EndpointMerge merge = EndpointMerge.of(target, slices, here, addresses);
        EndpointCounts counts = EndpointCounts.of(merge.endpoints(), merge.unusableAddress());
        var choice = TrafficPolicies.choice(target.policy(), merge.endpoints(), counts, here);
        List<Excluded> excluded = merge.excluded();
        List<RoutedEndpoint> picked = keep(merge.endpoints(), choice.rule(), excluded);

        Resolved resolved = target.resolved();
        if (!picked.isEmpty()) {
            String text = RouteText.backends(resolved, picked.size(), choice.scope(), counts);
            return new Route.Backends(
                    resolved, picked, choice.scope(), target.affinityTimeout(), counts, excluded, text);
        }
        if (counts.anyUsable()) {
            RouteReason reason = RouteReason.NO_LOCAL_ENDPOINT;
            return new Route.Drop(resolved, reason, counts, excluded, RouteText.verdict(resolved, reason, counts));
        }
        RouteReason reason = rejection(merge);
        String text = reason == RouteReason.PORT_MISMATCH
                ? RouteText.portMismatch(target, slices)
                : RouteText.verdict(resolved, reason, counts);
        return new Route.Reject(resolved, reason, counts, excluded, text);
    }

    private static List<RoutedEndpoint> keep(
            List<RoutedEndpoint> endpoints, TrafficPolicies.Rule rule, List<Excluded> excluded) {
        var kept = new ArrayList<RoutedEndpoint>(endpoints.size());
        for (RoutedEndpoint endpoint : endpoints) {
            ExclusionReason objection = rule.objection(endpoint);
            if (objection == null) {
                kept.add(endpoint);
            } else {
                excluded.add(new Excluded(endpoint.endpoint(), endpoint.key().port(), endpoint.slice(), objection));
            }
        }
        return kept;
    }

    private static RouteReason rejection(EndpointMerge merge) {
        if (!merge.endpoints().isEmpty() || merge.unusableAddress() > 0) {
            return RouteReason.NONE_USABLE;
        }
        return merge.offPort() > 0 ? RouteReason.PORT_MISMATCH : RouteReason.NO_ENDPOINTS;
    }
}
