package dev.onehop.examples.cli;

import dev.onehop.route.Excluded;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all outputs say alike of a route.
 *
 * <p>Pure functions.
 */
final class Verdicts {

    private Verdicts() {}

    /** {@code backends}, {@code reject}, {@code drop} or {@code not-proxied}. */
    static String name(Route route) {
        if (route instanceof Route.Backends) {
            return "backends";
        }
        if (route instanceof Route.Reject) {
            return "reject";
        }
        return route instanceof Route.Drop ? "drop" : "not-proxied";
    }

    /** In kube-proxy's order: by the text of {@code ip:port} (R27). */
    static List<RoutedEndpoint> backends(Route route) {
        return route instanceof Route.Backends set
                ? set.endpoints().stream()
                        .sorted(Comparator.comparing(endpoint -> endpoint.key().address()))
                        .toList()
                : List.of();
    }

    /** {@code ip:port} as far as they are known, the slice's own text where it is no address; null for no address. */
    static @Nullable String address(Excluded excluded) {
        var ip = excluded.endpoint().ip();
        return ip == null || excluded.port() == 0 ? excluded.address() : ip.withPort(excluded.port());
    }
}
