package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.route.RouteReason;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.IpAddress;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The Service ports in use, each with its one pipeline. Those an application asked for by name are kept. Those that a
 * client merely dialled are kept while they exist, and the thousand last used ones at most, so that foreign names cost
 * neither a watch nor a wait for long (design decision 10).
 *
 * <p>Shared: safe from any thread.
 */
final class ServicePorts implements AutoCloseable {

    /** How many ports are followed that nobody but a client has named. */
    static final int MOST_DIALLED = 1_000;

    private final Settings settings;
    private final Map<Destination, PortInUse> ports = new ConcurrentHashMap<>();
    private final Map<ServiceKey, RetryBudget> budgets = new ConcurrentHashMap<>();
    private final Absences<ServiceKey> absentServices = new Absences<>();
    private final Absences<Destination> absentPorts = new Absences<>();
    private final Affinities affinities = new Affinities();
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
        PortInUse port = ports.compute(destination, (key, known) -> {
            PortInUse present = known == null ? start(make(key)) : known;
            present.keep();
            return present;
        });
        return new Balancer(this, port, settings, host);
    }

    /** The balancer of a port that a client dials; empty when it was absent less than 30 s ago. */
    Optional<Balancer> whilePresent(Destination destination, String host, long nowNanos) {
        PortInUse port = followed(destination, nowNanos);
        if (port == null) {
            return Optional.empty();
        }
        Balancer given = port.given(host);
        if (given == null) {
            given = new Balancer(this, port, settings, host);
            port.give(given);
        }
        return Optional.of(given);
    }

    /**
     * A port that is followed, from now on if it was not; empty when its Service, or the Service's port, was absent less
     * than 30 s ago, or Onehop is closed.
     */
    Optional<PortInUse> inUse(Destination destination) {
        return Optional.ofNullable(followed(destination, settings.loop().nanoTime()));
    }

    private @Nullable PortInUse followed(Destination destination, long now) {
        PortInUse known = ports.get(destination);
        if (closed) {
            return null;
        }
        if (known == null) {
            if (absentServices.contains(destination.service(), now) || absentPorts.contains(destination, now)) {
                return null;
            }
            known = dialled(destination);
        }
        known.used(now);
        return known;
    }

    /** The balancer behind a ClusterIP, written as such, of a Service in use. */
    Optional<Balancer> ofClusterIp(IpAddress clusterIp, PortRef port, Protocol protocol, String host) {
        return clusterIps.service(clusterIp).flatMap(service -> {
            boolean asByName = clusterIp.family() == settings.family().of(service);
            AddressFamily family = asByName ? null : clusterIp.family();
            var destination = new Destination(service.key(), port, protocol, family);
            return whilePresent(destination, host, settings.loop().nanoTime());
        });
    }

    /** Whether a Service of this namespace was asked for, or is known to exist. */
    boolean isWatched(String namespace) {
        for (Map.Entry<Destination, PortInUse> each :
                ports.entrySet()) { // no stream: some clients ask for every request
            if (each.getKey().service().namespace().equals(namespace)
                    && (each.getValue().isKept()
                            || exists(each.getValue().pipeline().eligible()))) {
                return true;
            }
        }
        return false;
    }

    /** How many ports are followed. */
    int size() {
        return ports.size();
    }

    @Override
    public void close() {
        closed = true;
        ports.values().forEach(port -> {
            port.pipeline().close();
            port.picks().drop().release(port.pipeline().eligible());
        });
    }

    private PortInUse dialled(Destination destination) {
        makeRoom();
        PortInUse fresh = make(destination);
        PortInUse known = ports.putIfAbsent(destination, fresh);
        if (known != null) {
            fresh.pipeline().letGo();
            return known;
        }
        var unused = start(fresh);
        fresh.pipeline().listen(snapshot -> dropIfAbsent(destination, snapshot));
        return fresh;
    }

    /** Lets go of the port that was dialled longest ago, where there are too many of them. */
    private void makeRoom() {
        if (ports.size() >= MOST_DIALLED) {
            long now = settings.loop().nanoTime();
            var dialled = ports.entrySet().stream()
                    .filter(entry -> !entry.getValue().isKept())
                    .toList();
            if (dialled.size() >= MOST_DIALLED) {
                dialled.stream()
                        .min(Comparator.comparingLong(entry -> entry.getValue().usedNanos() - now))
                        .ifPresent(oldest -> drop(oldest.getKey(), oldest.getValue()));
            }
        }
    }

    private PortInUse make(Destination destination) {
        var pipeline = new ServicePipeline(destination, settings);
        pipeline.listen(snapshot -> take(destination.service(), snapshot));
        var picks = new Picks(pipeline, settings, budget(destination.service()), affinities);
        return new PortInUse(pipeline, picks, settings.loop().nanoTime());
    }

    private void take(ServiceKey service, Eligible snapshot) {
        clusterIps.take(service, snapshot.view());
        affinities.follow(service, snapshot);
        if (exists(snapshot)) {
            absentServices.remove(service);
        }
    }

    /** Follows the Service from now on; that the port is opened is told before anything that happens to it. */
    private PortInUse start(PortInUse port) {
        ServiceKey service = port.pipeline().destination().service();
        String host = service.name() + "." + service.namespace() + ".svc";
        var opened = new OnehopEvent.PortOpened(new Balancer(this, port, settings, host));
        settings.loop().execute(() -> settings.listeners().tell(opened));
        port.pipeline().start();
        if (closed) {
            port.pipeline().close(); // lost the race with close(), which did not see it
        }
        return port;
    }

    private void dropIfAbsent(Destination destination, Eligible snapshot) {
        PortInUse port = ports.get(destination);
        if (port == null || port.isKept()) {
            return;
        }
        long now = settings.loop().nanoTime();
        if (snapshot.view() instanceof ServiceView.Known known && known.declaration() instanceof Absent) {
            absentServices.add(destination.service(), now);
            budgets.remove(destination.service());
            drop(destination, port);
        } else if (snapshot.route().filter(ServicePorts::isUndefinedPort).isPresent()) {
            absentPorts.add(destination, now);
            drop(destination, port);
        }
    }

    private void drop(Destination destination, PortInUse port) {
        if (ports.remove(destination, port)) {
            port.pipeline().letGo();
            settings.loop().execute(() -> settings.listeners().tell(new OnehopEvent.PortClosed(destination)));
        }
    }

    /** One for all ports of a Service: they share its backends. */
    private RetryBudget budget(ServiceKey service) {
        return budgets.computeIfAbsent(
                service, key -> new RetryBudget(settings.loop().nanoTime()));
    }

    private static boolean isUndefinedPort(Route route) {
        return route instanceof Route.NotProxied left && left.reason() == RouteReason.UNDEFINED_PORT;
    }

    private static boolean exists(Eligible snapshot) {
        return snapshot.view() instanceof ServiceView.Known known && known.declaration() instanceof Present;
    }
}
