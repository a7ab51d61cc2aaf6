package dev.onehop.route;

import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.IpAddress;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The union of a Service port's slices, one endpoint per address and port: R7-R16.
 *
 * <p>Not thread-safe: it lives within one routing.
 */
final class EndpointMerge {

    private final Lookup.Found target;
    private final @Nullable String node;
    private final AddressPolicy addresses;
    private final List<RoutedEndpoint> endpoints;
    private final List<Excluded> excluded = new ArrayList<>();
    private final AddressIndex index;
    private int offPort;
    private int unusableAddress;

    private EndpointMerge(Lookup.Found target, ClientLocation here, AddressPolicy addresses, int expected) {
        this.target = target;
        this.node = here.node();
        this.addresses = addresses;
        this.endpoints = new ArrayList<>(expected);
        this.index = new AddressIndex(endpoints, expected);
    }

    static EndpointMerge of(
            Lookup.Found target, Collection<EndpointSlice> slices, ClientLocation here, AddressPolicy addresses) {
        int expected = 0;
        for (EndpointSlice slice : slices) {
            expected += slice.endpoints().size();
        }
        var merge = new EndpointMerge(target, here, addresses, expected);
        for (EndpointSlice slice : SliceRules.sorted(slices)) {
            merge.add(slice);
        }
        return merge;
    }

    /** One endpoint per address and port, in the order of slice names. */
    List<RoutedEndpoint> endpoints() {
        return endpoints;
    }

    /** Who was left out so far; later rules add to it. */
    List<Excluded> excluded() {
        return excluded;
    }

    /** How many endpoints the Service has in this family without having them on this port. */
    int offPort() {
        return offPort;
    }

    /** How many are on this port without an address that may be dialled. */
    int unusableAddress() {
        return unusableAddress;
    }

    private void add(EndpointSlice slice) {
        ExclusionReason objection = SliceRules.objection(slice, target);
        if (objection != null) {
            excludeAll(slice, objection);
            return;
        }
        objection = ExclusionReason.NO_MATCHING_PORT;
        for (SlicePort port : slice.ports()) {
            if (!target.matches(port)) {
                continue;
            }
            int number = SliceRules.number(port);
            if (number != 0) {
                objection = null;
                for (Endpoint endpoint : slice.endpoints()) {
                    add(endpoint, number, slice.name());
                }
            } else if (objection != null) {
                objection = ExclusionReason.PORT_NOT_DIALLABLE;
            }
        }
        if (objection != null) {
            offPort += slice.endpoints().size();
            excludeAll(slice, objection);
        }
    }

    private void add(Endpoint endpoint, int port, String slice) {
        IpAddress ip = endpoint.ip();
        if (ip == null) {
            excludeUnusable(
                    endpoint,
                    port,
                    slice,
                    endpoint.address() == null ? ExclusionReason.NO_ADDRESS : ExclusionReason.BAD_ADDRESS);
            return;
        }
        ExclusionReason objection = objection(ip);
        if (objection != null) {
            excludeUnusable(endpoint, port, slice, objection);
            return;
        }
        boolean local = node != null && node.equals(endpoint.nodeName());
        add(RoutedEndpoint.of(endpoint, ip, port, slice, local));
    }

    private void add(RoutedEndpoint newcomer) {
        int port = newcomer.key().port();
        int position = index.findOrExpect(newcomer.key().ip(), port);
        if (position < 0) {
            endpoints.add(newcomer);
            return;
        }
        RoutedEndpoint known = endpoints.get(position);
        boolean replaces = replaces(newcomer, known);
        if (replaces) {
            endpoints.set(position, newcomer);
        }
        RoutedEndpoint loser = replaces ? known : newcomer;
        excluded.add(new Excluded(loser.endpoint(), port, loser.slice(), ExclusionReason.DUPLICATE));
    }

    /*
     * R15: what is not terminating replaces whatever is known, so inside a slice the last running endpoint wins, and of
     * terminating ones the first. Across slices kube-proxy does the same in an order that is random. Ours is fixed, and
     * where kube-proxy might keep either of two running endpoints we keep a ready one: each slice's own winner counts,
     * the first slice by name with a ready one has it, and without any the last slice has it.
     */
    private static boolean replaces(RoutedEndpoint newcomer, RoutedEndpoint known) {
        if (newcomer.endpoint().isTerminating()) {
            return false;
        }
        return known.endpoint().isTerminating()
                || !known.endpoint().isReady()
                || known.slice().equals(newcomer.slice());
    }

    private @Nullable ExclusionReason objection(IpAddress ip) {
        if (ip.family() != target.family()) {
            return ExclusionReason.OTHER_FAMILY;
        }
        if (addresses.isSpecial(ip)) {
            return ExclusionReason.SPECIAL_ADDRESS;
        }
        return addresses.isOutside(ip) ? ExclusionReason.FOREIGN_ADDRESS : null;
    }

    private void excludeUnusable(Endpoint endpoint, int port, String slice, ExclusionReason reason) {
        unusableAddress++;
        excluded.add(new Excluded(endpoint, port, slice, reason));
    }

    private void excludeAll(EndpointSlice slice, ExclusionReason reason) {
        for (Endpoint endpoint : slice.endpoints()) {
            excluded.add(new Excluded(endpoint, 0, slice.name(), reason));
        }
    }
}
