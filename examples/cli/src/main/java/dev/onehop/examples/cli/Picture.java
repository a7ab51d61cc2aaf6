package dev.onehop.examples.cli;

import dev.onehop.explain.IptablesRules;
import dev.onehop.route.Destination;
import dev.onehop.route.Excluded;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.Resolved;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.route.Scope;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import dev.onehop.service.Printable;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A route as a picture for a terminal, like a traceroute: the name, the Service port, its ClusterIP, what kube-proxy makes
 * of it, and every backend; below, everyone left out, with reason and rule.
 *
 * <p>Not thread-safe.
 */
final class Picture {

    private final Found found;
    private final Route route;
    private final List<String> lines = new ArrayList<>();

    private Picture(Found found, Route route) {
        this.found = found;
        this.route = route;
    }

    /** The picture's lines. */
    static List<String> of(Found found, Route route) {
        var picture = new Picture(found, route);
        picture.draw();
        return picture.lines;
    }

    private void draw() {
        Resolved resolved = route.resolved();
        Destination destination = resolved.destination();
        lines.add(found.service().name() + "." + found.service().namespace() + ":"
                + Printable.of(destination.port().toString()) + "/" + destination.protocol());
        lines.add("  |");
        lines.add("Service " + found.service() + port(resolved)
                + (resolved.family() == null ? "" : ", " + resolved.family()));
        lines.add("  |");
        if (route instanceof Route.Backends backends) {
            drawBackends(resolved, backends);
        } else {
            drawEnd(resolved);
        }
        drawLeftOut();
        lines.add("");
        lines.add("read from " + found.source() + state());
    }

    private void drawBackends(Resolved resolved, Route.Backends set) {
        drawClusterIp(resolved);
        List<RoutedEndpoint> backends = Verdicts.backends(set);
        boolean one = backends.size() == 1;
        String picker = set.scope() == Scope.HEADLESS ? "Onehop picks " : "kube-proxy picks ";
        lines.add("  |  " + picker + (one ? "the only one of" : "one of " + backends.size() + ",") + " "
                + set.scope().phrase() + " [" + set.rule() + "]");
        lines.add("  |  out of " + set.counts());
        set.affinityTimeout()
                .ifPresent(timeout -> lines.add("  |  session affinity ClientIP: the same one again within "
                        + timeout.toSeconds() + " s of the last connection [R29, R30]"));
        if (resolved.clusterIp() != null) {
            IptablesRules.chain(set)
                    .ifPresent(chain -> lines.add("  |  by " + (one ? "1 rule" : backends.size() + " rules") + " of "
                            + chain + " on the node, which Onehop skips"));
        }
        drawIgnoredHints(set);
        lines.add("  |");
        String percent = String.format(Locale.ROOT, "%6.2f %%", 100.0 / backends.size());
        var table = new Columns();
        for (RoutedEndpoint backend : backends) {
            table.row(named(backend.key().address(), backend.endpoint()));
        }
        table.lines().forEach(line -> lines.add("  +->" + percent + "  " + line));
    }

    private void drawClusterIp(Resolved resolved) {
        ServicePort port = resolved.port();
        if (route instanceof Route.Backends set && set.scope() == Scope.HEADLESS) {
            lines.add("no ClusterIP: headless  (DNS names the pods)");
            return;
        }
        lines.add(
                resolved.clusterIp() == null || port == null
                        ? "ClusterIP unknown, as the Service cannot be read"
                        : "ClusterIP " + resolved.clusterIp().withPort(port.port()) + "  (virtual: nobody listens)");
    }

    /** Hints that would count if we knew where we are. */
    private void drawIgnoredHints(Route.Backends set) {
        boolean hinted = set.endpoints().stream()
                .map(RoutedEndpoint::endpoint)
                .anyMatch(endpoint ->
                        !endpoint.zoneHints().isEmpty() || !endpoint.nodeHints().isEmpty());
        if (set.scope() == Scope.ALL_READY && hinted && found.here().zone() == null) {
            lines.add(
                    "  |  topology hints are there, and not honoured, as zone and node are unknown: say --zone, --node"
                            + " [R21]");
        }
    }

    private void drawEnd(Resolved resolved) {
        if (resolved.clusterIp() != null && resolved.port() != null) {
            drawClusterIp(resolved);
            lines.add("  |");
        }
        lines.add("  +-X " + Verdicts.name(route).toUpperCase(Locale.ROOT) + " [" + route.rule() + "]: " + meaning());
        lines.add("      " + Printable.of(route.text()));
    }

    private String meaning() {
        if (route instanceof Route.Reject) {
            return "the caller sees \"connection refused\", at once";
        }
        if (route instanceof Route.Drop) {
            return "the packets vanish, and the caller sees a timeout";
        }
        return switch (((Route.NotProxied) route).reason()) {
            case NODE_UNKNOWN -> "it depends on the node, so say --node";
            case LEFT_TO_PLATFORM -> "kube-proxy has rules for it, and Onehop keeps out of their way";
            default -> "kube-proxy has no rule for it";
        };
    }

    private void drawLeftOut() {
        if (route.excluded().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("left out: " + route.excluded().size());
        var table = new Columns();
        for (Excluded excluded : route.excluded()) {
            String address = Verdicts.address(excluded);
            List<String> cells = named(address == null ? "(no address)" : address, excluded.endpoint());
            cells.add("[" + excluded.rule() + "] " + excluded.reason().because());
            cells.add("(slice " + Printable.of(excluded.slice()) + ")");
            table.row(cells);
        }
        table.lines().forEach(line -> lines.add("   x  " + line));
        boolean loopback = route.excluded().stream().anyMatch(Picture::isLoopback);
        if (loopback) {
            lines.add("   loopback addresses, as those of the demo's pods, are taken with --allow-loopback");
        }
    }

    private static boolean isLoopback(Excluded excluded) {
        IpAddress ip = excluded.endpoint().ip();
        return excluded.reason() == ExclusionReason.SPECIAL_ADDRESS
                && ip != null
                && AddressPolicy.allowingLoopback().objection(ip).isEmpty();
    }

    private String state() {
        return found.view() instanceof ServiceView.Stale stale
                ? ", stale for " + found.ageMillis() + " ms: " + Printable.of(stale.why())
                : found.ageMillis() > 0 ? ", " + found.ageMillis() + " ms ago" : "";
    }

    private static String port(Resolved resolved) {
        ServicePort port = resolved.port();
        return port == null ? "" : ", port " + Printable.of(port.toString());
    }

    private static List<String> named(String address, Endpoint endpoint) {
        List<String> cells = new ArrayList<>();
        cells.add(Printable.of(address));
        cells.add(cell("pod", endpoint.podName()));
        cells.add(cell("node", endpoint.nodeName()));
        cells.add(cell("zone", endpoint.zone()));
        return cells;
    }

    private static String cell(String what, @Nullable String name) {
        return name == null ? "" : what + " " + Printable.of(name);
    }

    /** Cells under each other; a column that is empty everywhere takes no room. */
    private static final class Columns {

        private final List<List<String>> rows = new ArrayList<>();

        void row(List<String> cells) {
            rows.add(cells);
        }

        List<String> lines() {
            int columns = rows.isEmpty() ? 0 : rows.get(0).size();
            int[] widths = new int[columns];
            for (List<String> row : rows) {
                for (int i = 0; i < columns; i++) {
                    widths[i] = Math.max(widths[i], row.get(i).length());
                }
            }
            return rows.stream().map(row -> line(row, widths)).toList();
        }

        private static String line(List<String> row, int[] widths) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                if (widths[i] > 0) {
                    line.append(row.get(i))
                            .append(" ".repeat(widths[i] - row.get(i).length() + 2));
                }
            }
            return line.toString().stripTrailing();
        }
    }
}
