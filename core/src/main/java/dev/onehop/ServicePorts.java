package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.IpAddress;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The Service ports in use, each with its one pipeline. Those an application asked for by name are kept; those that a
 * client merely dialled are kept while the Service exists, and its absence is remembered for 30 s, so that foreign names
 * cost neither a watch nor a wait for long (design decision 10).
 *
 * <p>Shared: safe from any thread.
 */
final class ServicePorts implements AutoCloseable {

    private static final Duration ABSENCE = Duration.ofSeconds(30);
    private static final int MAX_ABSENCES = 1_000;

    private record Port(ServicePipeline pipeline, Picks picks, boolean kept) {}

    private final Settings settings;
    private final Map<Destination, Port> ports = new ConcurrentHashMap<>();
    private final Map<ServiceKey, Long> absentSinceNanos = new ConcurrentHashMap<>();
    private final Map<ServiceKey, RetryBudget> budgets = new ConcurrentHashMap<>();
    private final ClusterIps clusterIps = new ClusterIps();
    private volatile boolean closed;

    ServicePorts(Settings settings) {
        this.settings = settings;
    }

    /** The balancer of a port the application asked for. */
    Balancer kept(Destination destination, String host) {
        if (closed) {
            throw new IllegalStateException("Onehop is closed (asked for " + destination + ")");
        }
        Port port = ports.compute(
                destination,
                (key, known) -> known == null ? start(key, true) : new Port(known.pipeline, known.picks, true));
        return balancer(port, host);
    }

    /** The balancer of a port that a client dials; empty when its Service was absent less than 30 s ago. */
    Optional<Balancer> whilePresent(Destination destination, String host) {
        if (closed || isAbsent(destination.service())) {
            return Optional.empty();
        }
        Port known = ports.get(destination);
        return Optional.of(balancer(known == null ? dialled(destination) : known, host));
    }

    /** The balancer behind a ClusterIP, written as such, of a Service in use. */
    Optional<Balancer> ofClusterIp(IpAddress clusterIp, PortRef port, Protocol protocol, String host) {
        return clusterIps.service(clusterIp).flatMap(service -> {
            boolean asByName = clusterIp.family() == settings.family().of(service);
            AddressFamily family = asByName ? null : clusterIp.family();
            return whilePresent(new Destination(service.key(), port, protocol, family), host);
        });
    }

    /** Whether a Service of this namespace was asked for, or is known to exist. */
    boolean isWatched(String namespace) {
        return ports.entrySet().stream()
                .filter(entry -> entry.getKey().service().namespace().equals(namespace))
                .anyMatch(entry -> entry.getValue().kept
                        || exists(entry.getValue().pipeline.eligible()));
    }

    @Override
    public void close() {
        closed = true;
        ports.values().forEach(port -> port.pipeline.close());
    }

    private Port dialled(Destination destination) {
        Port fresh = start(destination, false);
        Port known = ports.putIfAbsent(destination, fresh);
        if (known != null) {
            fresh.pipeline.retire();
            return known;
        }
        fresh.pipeline.listen(snapshot -> dropIfAbsent(destination, snapshot));
        return fresh;
    }

    private Port start(Destination destination, boolean kept) {
        var pipeline = new ServicePipeline(destination, settings);
        pipeline.listen(snapshot -> clusterIps.take(destination.service(), snapshot.view()));
        pipeline.start();
        if (closed) {
            pipeline.close(); // lost the race with close(), which did not see it
        }
        return new Port(pipeline, new Picks(pipeline, settings, budget(destination.service())), kept);
    }

    private void dropIfAbsent(Destination destination, Eligible snapshot) {
        boolean absent = snapshot.view() instanceof ServiceView.Known known && known.declaration() instanceof Absent;
        Port port = ports.get(destination);
        if (!absent || port == null || port.kept) {
            return;
        }
        long now = settings.loop().nanoTime();
        absentSinceNanos.values().removeIf(since -> now - since >= ABSENCE.toNanos());
        if (absentSinceNanos.size() < MAX_ABSENCES) {
            absentSinceNanos.put(destination.service(), now);
        }
        budgets.remove(destination.service());
        if (ports.remove(destination, port)) {
            port.pipeline.retire();
        }
    }

    private boolean isAbsent(ServiceKey service) {
        Long since = absentSinceNanos.get(service);
        return since != null && settings.loop().nanoTime() - since < ABSENCE.toNanos();
    }

    /** One for all ports of a Service: they share its backends. */
    private RetryBudget budget(ServiceKey service) {
        return budgets.computeIfAbsent(
                service, key -> new RetryBudget(settings.loop().nanoTime()));
    }

    private static boolean exists(Eligible snapshot) {
        return snapshot.view() instanceof ServiceView.Known known && known.declaration() instanceof Present;
    }

    private Balancer balancer(Port port, String host) {
        return new Balancer(port.pipeline, port.picks, settings, host);
    }
}
