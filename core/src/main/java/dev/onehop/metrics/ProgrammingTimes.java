package dev.onehop.metrics;

import dev.onehop.route.Destination;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * kube-proxy's own figure of how late it is, for us: from the change that made the controller write a slice, which it notes
 * in {@code endpoints.kubernetes.io/last-change-trigger-time}, to the snapshot that picks see; in the buckets of
 * {@code kubeproxy_network_programming_duration_seconds}, so that the two can be laid side by side (R46). One observation
 * per Service and trigger, as there. Triggers from before a Service came into use are left out: we were not there to be
 * late. Two machines' clocks are compared, so it may be off by their difference; below zero counts as zero.
 *
 * <p>Not thread-safe: guarded by its {@link BoundMeters}.
 */
final class ProgrammingTimes implements AutoCloseable {

    private final MeterRegistry registry;
    private final Tags tags;
    private final Supplier<Instant> wallClock;
    private final Map<ServiceKey, Seen> services = new HashMap<>();
    private final Map<AddressFamily, Timer> timers = new HashMap<>();

    ProgrammingTimes(MeterRegistry registry, Tags tags, Supplier<Instant> wallClock) {
        this.registry = registry;
        this.tags = tags;
        this.wallClock = wallClock;
    }

    /** A port of a Service is followed from now on; what {@code view} tells already is not news. */
    void opened(Destination port, ServiceView view) {
        Seen seen = services.computeIfAbsent(port.service(), key -> new Seen(wallClock.get()));
        seen.ports.add(port);
        seen.fresh(view);
    }

    void closed(Destination port) {
        Seen seen = services.get(port.service());
        if (seen != null && seen.ports.remove(port) && seen.ports.isEmpty()) {
            services.remove(port.service());
        }
    }

    /** A view has reached the picks of a port; the first of a Service's ports to see a change counts. */
    void published(Destination port, ServiceView view) {
        Seen seen = services.get(port.service());
        if (seen == null) {
            return;
        }
        Instant now = wallClock.get();
        for (Trigger trigger : seen.fresh(view)) {
            Duration took = Duration.between(trigger.at, now);
            timers.computeIfAbsent(trigger.family, this::timer).record(took.isNegative() ? Duration.ZERO : took);
        }
    }

    @Override
    public void close() {
        timers.values().forEach(registry::remove);
        timers.clear();
    }

    private Timer timer(AddressFamily family) {
        return Timer.builder("onehop.network.programming.duration")
                .description("From the change of an endpoint to the snapshot that picks see, as kube-proxy measures it")
                .tags(tags.and("family", family.toString()))
                .serviceLevelObjectives(kubeProxyBuckets())
                .register(registry);
    }

    /** 0.25, 0.5, 1 to 59, 60 to 115 by 5, and 120 to 300 by 30 seconds. */
    static Duration[] kubeProxyBuckets() {
        var buckets = new ArrayList<Duration>();
        buckets.add(Duration.ofMillis(250));
        buckets.add(Duration.ofMillis(500));
        for (int seconds = 1; seconds <= 300; seconds += seconds < 60 ? 1 : seconds < 120 ? 5 : 30) {
            buckets.add(Duration.ofSeconds(seconds));
        }
        return buckets.toArray(Duration[]::new);
    }

    /** Null for slices that nobody uses (R9). */
    private static @Nullable AddressFamily family(EndpointSlice slice) {
        for (AddressFamily family : AddressFamily.values()) {
            if (family.toString().equals(slice.addressType())) {
                return family;
            }
        }
        return null;
    }

    private record Trigger(AddressFamily family, Instant at) {}

    /** The triggers of one Service's slices that were seen last. */
    private static final class Seen {
        private final Instant began;
        private final Set<Destination> ports = new HashSet<>();
        private Map<String, Instant> triggers = Map.of();

        Seen(Instant began) {
            this.began = began;
        }

        /** The triggers not seen before, and not older than we are. */
        List<Trigger> fresh(ServiceView view) {
            if (!(view instanceof ServiceView.Known known)) {
                return List.of();
            }
            var fresh = new ArrayList<Trigger>();
            var now = new HashMap<String, Instant>();
            for (EndpointSlice slice : known.slices()) {
                Instant triggered = slice.changeTriggered();
                AddressFamily family = family(slice);
                if (triggered != null && family != null) {
                    now.put(slice.name(), triggered);
                    if (triggered.isAfter(began) && !triggered.equals(triggers.get(slice.name()))) {
                        fresh.add(new Trigger(family, triggered));
                    }
                }
            }
            triggers = now;
            return fresh;
        }
    }
}
