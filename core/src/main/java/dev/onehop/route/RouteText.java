package dev.onehop.route;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.SlicePort;
import java.util.Collection;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Routes as one sentence for people.
 *
 * <p>Pure functions.
 */
final class RouteText {

    private RouteText() {}

    static String backends(Resolved resolved, int picked, Scope scope, EndpointCounts counts) {
        return resolved.destination() + " goes to " + picked + (picked == 1 ? " endpoint, " : " endpoints, ")
                + scope.phrase() + " (" + counts + ")";
    }

    static String verdict(Resolved resolved, RouteReason reason, EndpointCounts counts) {
        return resolved.destination() + " " + reason.because() + " (" + counts + ")";
    }

    static String notProxied(Lookup.Left left) {
        String detail = left.detail().isEmpty() ? "" : " (" + left.detail() + ")";
        return left.resolved().destination() + " is left to the platform: "
                + left.reason().because() + detail;
    }

    /** Says which ports the slices do have, as the usual cause is a port renamed on one side only. */
    static String portMismatch(Lookup.Found target, Collection<EndpointSlice> slices) {
        var offered = new TreeSet<String>();
        for (EndpointSlice slice : slices) {
            if (SliceRules.objection(slice, target) == null) {
                slice.ports().stream().map(SlicePort::toString).forEach(offered::add);
            }
        }
        Destination destination = target.resolved().destination();
        return destination + " " + RouteReason.PORT_MISMATCH.because() + ": it needs a slice port named "
                + quoted(target.portName()) + " with " + target.protocol() + " and a number, its slices have "
                + (offered.isEmpty() ? "no ports" : String.join(", ", offered));
    }

    /** {@code ports "grpc", "http"}. */
    static String names(Collection<String> portNames) {
        return (portNames.size() == 1 ? "port " : "ports ")
                + portNames.stream().map(RouteText::quoted).collect(Collectors.joining(", "));
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
