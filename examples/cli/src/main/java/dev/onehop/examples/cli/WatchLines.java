package dev.onehop.examples.cli;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.route.Excluded;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Printable;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What changed from one snapshot to the next, in one line each.
 *
 * <p>Not thread-safe.
 */
final class WatchLines {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int NAMED = 8;

    private final Instant began;
    private Map<String, String> conditions = Map.of();
    private Map<String, Instant> triggers = Map.of();
    private @Nullable ServiceDeclaration declaration;
    private String state = "";
    private String verdict = "";
    private List<String> eligibleBefore = List.of();

    /** Changes that were triggered before {@code began} have no latency, as with kube-proxy's own figure (R46). */
    WatchLines(Instant began) {
        this.began = began;
    }

    /** The line, or empty when nothing changed that concerns this port, or nothing is known yet. */
    Optional<String> next(Eligible snapshot, Instant at) {
        Route route = snapshot.route().orElse(null);
        if (route == null || !(snapshot.view() instanceof ServiceView.Known view)) {
            return Optional.empty();
        }
        List<String> changes = new ArrayList<>();
        boolean first = state.isEmpty();
        viewChange(view).ifPresent(changes::add);
        // A Service that is not proxied says nothing about its endpoints: they are still there.
        Map<String, String> now = route instanceof Route.NotProxied ? conditions : conditions(route);
        if (!first) {
            endpointChanges(now, changes);
            if (!view.declaration().equals(declaration)) {
                changes.add(serviceChange(view.declaration()));
            }
        }
        List<String> eligible =
                snapshot.backends().stream().map(WatchLines::name).sorted().toList();
        String nextVerdict = Verdicts.name(route);
        if (changes.isEmpty() && !(eligible.equals(eligibleBefore) && nextVerdict.equals(verdict))) {
            changes.add("hints or rules");
        }
        String latency = latency(view, at);
        conditions = now;
        declaration = view.declaration();
        eligibleBefore = eligible;
        verdict = nextVerdict;
        return changes.isEmpty()
                ? Optional.empty()
                : Optional.of(TIME.format(at) + "  " + String.join(", ", changes) + "  |  " + eligible(eligible, route)
                        + "  |  " + latency);
    }

    private Optional<String> viewChange(ServiceView.Known view) {
        String next = view instanceof ServiceView.Stale stale ? "stale: " + Printable.of(stale.why()) : "live";
        boolean same = next.equals(state);
        state = next;
        return same ? Optional.empty() : Optional.of("view " + next);
    }

    private void endpointChanges(Map<String, String> now, List<String> changes) {
        now.forEach((name, condition) -> {
            String before = conditions.get(name);
            if (before == null) {
                changes.add("added " + name + " " + condition);
            } else if (!before.equals(condition)) {
                changes.add(name + " " + before + " -> " + condition);
            }
        });
        conditions.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> changes.add("removed " + name));
    }

    private static String serviceChange(ServiceDeclaration declaration) {
        if (declaration instanceof ServiceDeclaration.Absent) {
            return "Service deleted";
        }
        return declaration instanceof ServiceDeclaration.Present ? "Service changed" : "Service no longer readable";
    }

    private static String eligible(List<String> eligible, Route route) {
        if (eligible.isEmpty()) {
            return "eligible 0: " + Verdicts.name(route);
        }
        String more = eligible.size() > NAMED ? ", and " + (eligible.size() - NAMED) + " more" : "";
        return "eligible " + eligible.size() + ": "
                + eligible.stream().limit(NAMED).collect(Collectors.joining(", ")) + more;
    }

    /** From the newest change that a slice tells of to this snapshot (R46); by two clocks, so it may be off. */
    private String latency(ServiceView.Known view, Instant at) {
        Map<String, Instant> now = new HashMap<>();
        Instant newest = null;
        for (EndpointSlice slice : view.slices()) {
            Instant triggered = slice.changeTriggered();
            if (triggered != null) {
                now.put(slice.name(), triggered);
                boolean fresh = !triggered.equals(triggers.get(slice.name())) && !triggered.isBefore(began);
                newest = fresh && (newest == null || triggered.isAfter(newest)) ? triggered : newest;
            }
        }
        triggers = now;
        return newest == null ? "latency unknown" : Duration.between(newest, at).toMillis() + " ms after the change";
    }

    /** Every endpoint of this port by name, with its condition. */
    private static Map<String, String> conditions(Route route) {
        Map<String, String> conditions = new TreeMap<>();
        if (route instanceof Route.Backends set) {
            for (RoutedEndpoint backend : set.endpoints()) {
                conditions.put(name(backend.endpoint(), backend.key().address()), condition(backend.endpoint()));
            }
        }
        for (Excluded excluded : route.excluded()) {
            String address = Verdicts.address(excluded);
            if (excluded.port() != 0 && address != null && excluded.reason() != ExclusionReason.DUPLICATE) {
                conditions.put(name(excluded.endpoint(), address), condition(excluded.endpoint()));
            }
        }
        return conditions;
    }

    private static String condition(Endpoint endpoint) {
        if (endpoint.isTerminating()) {
            return endpoint.isServing() ? "terminating" : "terminating and no longer serving";
        }
        return endpoint.isReady() ? "ready" : "not ready";
    }

    private static String name(Backend backend) {
        return name(backend.endpoint(), backend.key().address());
    }

    private static String name(Endpoint endpoint, String address) {
        return Printable.of(endpoint.podName() == null ? address : endpoint.podName());
    }
}
