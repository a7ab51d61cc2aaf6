package dev.onehop.route;

import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.IpAddress;
import dev.onehop.service.ServiceView;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one route that kube-proxy would not take (reliability 2.8, tier 3): endpoints that are listed, not ready and not
 * terminating count as ready where somebody vouches for them. All other rules hold for them as for ready ones, for they are
 * routed by {@link Route#of} itself. Never an address that is listed for two pods: either may be behind it (S-13).
 *
 * <p>Pure functions.
 */
public final class LastResortRoute {

    private LastResortRoute() {}

    /**
     * Routes once more, with those who are vouched for.
     *
     * @param refused what {@link Route#of} said of the same view
     * @param vouched whom to treat as ready; those without a pod's uid, and whoever is ready or terminating, are passed over
     * @param why half a sentence for people, which ends the route's text
     * @return in {@link Scope#LAST_RESORT}, with the endpoints and the counts as listed; empty when the rules leave nobody
     */
    public static Optional<Route.Backends> of(
            Route.Reject refused,
            ServiceView.Known view,
            ClientLocation here,
            AddressPolicy addresses,
            Set<BackendKey> vouched,
            String why) {
        if (vouched.isEmpty()) {
            return Optional.empty();
        }
        IdentityHashMap<Endpoint, Endpoint> asListed = new IdentityHashMap<>();
        List<EndpointSlice> slices = asIfReady(view.slices(), vouched, asListed);
        Destination destination = refused.resolved().destination();
        return Route.of(destination, view.declaration(), slices, here, addresses) instanceof Route.Backends set
                ? Optional.of(lastResort(set, refused, asListed, why))
                : Optional.empty();
    }

    private static Route.Backends lastResort(
            Route.Backends set, Route.Reject refused, IdentityHashMap<Endpoint, Endpoint> asListed, String why) {
        List<RoutedEndpoint> endpoints = set.endpoints().stream()
                .map(each ->
                        new RoutedEndpoint(each.key(), asListed(asListed, each.endpoint()), each.slice(), each.local()))
                .toList();
        List<Excluded> excluded = set.excluded().stream()
                .map(each ->
                        new Excluded(asListed(asListed, each.endpoint()), each.port(), each.slice(), each.reason()))
                .toList();
        String text = RouteText.backends(refused.resolved(), endpoints.size(), Scope.LAST_RESORT, refused.counts())
                + ": " + why;
        return new Route.Backends(
                refused.resolved(),
                endpoints,
                Scope.LAST_RESORT,
                set.affinityTimeout(),
                refused.counts(),
                excluded,
                text);
    }

    private static Endpoint asListed(IdentityHashMap<Endpoint, Endpoint> asListed, Endpoint endpoint) {
        return asListed.getOrDefault(endpoint, endpoint);
    }

    private static List<EndpointSlice> asIfReady(
            List<EndpointSlice> slices, Set<BackendKey> vouched, IdentityHashMap<Endpoint, Endpoint> asListed) {
        Set<IpAddress> contested = contested(slices);
        List<EndpointSlice> changed = new ArrayList<>(slices.size());
        for (EndpointSlice slice : slices) {
            List<Endpoint> endpoints = new ArrayList<>(slice.endpoints().size());
            for (Endpoint endpoint : slice.endpoints()) {
                boolean counts = isVouched(endpoint, slice.ports(), vouched) && !contested.contains(endpoint.ip());
                Endpoint next = counts ? asIfReady(endpoint) : endpoint;
                asListed.put(next, endpoint);
                endpoints.add(next);
            }
            changed.add(new EndpointSlice(
                    slice.namespace(),
                    slice.name(),
                    slice.serviceName(),
                    slice.headless(),
                    slice.addressType(),
                    slice.ports(),
                    endpoints,
                    slice.changeTriggered()));
        }
        return changed;
    }

    private static boolean isVouched(Endpoint endpoint, List<SlicePort> ports, Set<BackendKey> vouched) {
        String uid = endpoint.podUid();
        IpAddress ip = endpoint.ip();
        return uid != null
                && ip != null
                && !endpoint.isReady()
                && !endpoint.isTerminating()
                && ports.stream().anyMatch(port -> vouched.contains(new BackendKey(uid, ip, SliceRules.number(port))));
    }

    private static Endpoint asIfReady(Endpoint of) {
        return new Endpoint(
                of.address(),
                of.ip(),
                true,
                true,
                false,
                of.nodeName(),
                of.zone(),
                of.zoneHints(),
                of.nodeHints(),
                of.podUid(),
                of.podName());
    }

    /** The addresses that more than one pod has, whatever its state. */
    private static Set<IpAddress> contested(Collection<EndpointSlice> slices) {
        Map<IpAddress, String> owners = new HashMap<>();
        Set<IpAddress> contested = new HashSet<>();
        for (EndpointSlice slice : slices) {
            for (Endpoint endpoint : slice.endpoints()) {
                IpAddress ip = endpoint.ip();
                if (ip != null) {
                    String owner = owner(endpoint.podUid());
                    if (!owner.equals(owners.getOrDefault(ip, owner))) {
                        contested.add(ip);
                    }
                    owners.put(ip, owner);
                }
            }
        }
        return contested;
    }

    private static String owner(@Nullable String podUid) {
        return podUid == null ? BackendKey.NO_POD : podUid;
    }
}
