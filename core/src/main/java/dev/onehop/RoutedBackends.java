package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.MonotonicClock;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One backend per routed endpoint, the same object as before where the endpoint is the same; those not routed to any more
 * are forgotten. Those in quarantine are kept, but for all others here they are not present.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class RoutedBackends {

    private final String hostName;
    private final MonotonicClock clock;
    private final Quarantine quarantine;
    private final boolean rampNew;
    private final Map<BackendKey, Backend> backends = new HashMap<>();
    private Map<BackendKey, Backend> used = backends;
    private volatile AttemptTotals totals = AttemptTotals.NONE;

    /**
     * @param quarantine says who may not be used; such backends stay known, but count as absent
     * @param rampNew whether new backends begin with a small share
     */
    RoutedBackends(String hostName, MonotonicClock clock, Quarantine quarantine, boolean rampNew) {
        this.rampNew = rampNew;
        this.quarantine = quarantine;
        this.hostName = hostName;
        this.clock = clock;
    }

    /** The attempts on present and former backends; safe from any thread. */
    AttemptTotals totals() {
        return totals;
    }

    /** The keys of the present backends; a view, which changes with them. */
    Set<BackendKey> keys() {
        return Collections.unmodifiableSet(used.keySet());
    }

    /** All present backends, in no particular order. */
    Iterable<Backend> all() {
        return Collections.unmodifiableCollection(used.values());
    }

    Optional<Backend> get(BackendKey key) {
        return Optional.ofNullable(used.get(key));
    }

    /** Whether this very backend is present, and not another incarnation. */
    boolean contains(Backend backend) {
        return used.get(backend.key()) == backend;
    }

    /** Takes over a route, and gives those of its backends that may be used, in its order. */
    List<Backend> keep(Route route) {
        if (!(route instanceof Route.Backends set)) {
            totals = totals.with(List.of(), backends.values(), clock.nanoTime());
            backends.clear();
            return usable(List.of());
        }
        List<Backend> present = new ArrayList<>(set.endpoints().size());
        List<Backend> added = new ArrayList<>();
        for (RoutedEndpoint endpoint : set.endpoints()) {
            Backend backend = backends.get(endpoint.key());
            if (backend == null) {
                backend = new Backend(endpoint, hostName, clock);
                backends.put(endpoint.key(), backend);
                added.add(backend);
            } else {
                backend.seen(endpoint.endpoint());
            }
            present.add(backend);
        }
        if (rampNew) {
            Newcomers.ramp(added, present.size(), clock.nanoTime());
        }
        List<Backend> left = List.of();
        if (backends.size() > present.size()) {
            Set<Backend> stay = Collections.newSetFromMap(new IdentityHashMap<>(present.size()));
            stay.addAll(present);
            left = backends.values().stream()
                    .filter(backend -> !stay.contains(backend))
                    .toList();
            left.forEach(backend -> backends.remove(backend.key()));
        }
        totals = totals.with(present, left, clock.nanoTime());
        return usable(present);
    }

    private List<Backend> usable(List<Backend> present) {
        List<Backend> usable = quarantine.usable(present, clock.nanoTime());
        used = usable.size() == backends.size()
                ? backends
                : usable.stream().collect(Collectors.toMap(Backend::key, Function.identity()));
        return usable;
    }
}
