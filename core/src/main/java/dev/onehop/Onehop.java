package dev.onehop;

import dev.onehop.HostNames.Meaning;
import dev.onehop.route.Destination;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.IpAddress;
import dev.onehop.service.PortRef;
import dev.onehop.service.Printable;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Client-side load balancing for Kubernetes Services. Give it a Service port, and it says which pod gets the next
 * connection, as kube-proxy would and better informed.
 *
 * <pre>{@code
 * try (Onehop onehop = Onehop.builder().discovery(KubernetesDiscovery.create()).build()) {
 *   Balancer api = onehop.balancer("api-service.shop:80");
 *   Socket socket = api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
 *     Socket dialled = new Socket();
 *     dialled.connect(attempt.address(), (int) timeout.toMillis());
 *     attempt.succeeded();
 *     return dialled;
 *   });
 * }
 * }</pre>
 *
 * <p>Building one never fails because of the cluster: an API server that is away or says no means that connections go to
 * the ClusterIP until it is back.
 *
 * <p>Shared: safe from any thread; one per process is enough.
 */
public final class Onehop implements AutoCloseable {

    private final Settings settings;
    private final ServicePorts ports;
    private final HeadlessServices headless;

    Onehop(Settings settings) {
        this.settings = settings;
        this.ports = new ServicePorts(settings);
        this.headless = new HeadlessServices(settings);
    }

    /** Collects what Onehop needs to know; only a discovery is required. */
    public static OnehopBuilder builder() {
        return new OnehopBuilder();
    }

    /**
     * The balancer of a Service port, made at the first call and kept. Does not block and asks nobody: an unknown
     * Service shows at the first attempt. A port by number and the same port by name are two balancers, each with its own
     * counters and affinity.
     *
     * @param address {@code service[.namespace[.svc[.cluster.domain]]]:port}, the port by number or name, with
     *     {@code /UDP} or {@code /SCTP} behind it for another transport than TCP
     * @throws IllegalArgumentException when the address is malformed, or names no namespace and none is known
     */
    public Balancer balancer(String address) {
        return balancer(address, null);
    }

    /**
     * As the other, in one IP family: a route never crosses families, and where the Service has no ClusterIP of this one
     * the platform is left to it (R4).
     */
    public Balancer balancer(String address, @Nullable AddressFamily family) {
        ServiceAddress parsed = ServiceAddress.parse(address, settings.names().clusterDomain());
        String namespace = parsed.namespace()
                .or(settings.names()::ownNamespace)
                .orElseThrow(() -> new IllegalArgumentException("Service address: '" + Printable.of(address)
                        + "' names no namespace, and the own one is not known"
                        + " (expected: " + parsed.service() + ".<namespace>:" + parsed.port()
                        + ", or builder().namespace(...))"));
        // A bare name may mean another namespace to the platform's resolver than to us: fall back to the one we mean.
        String host = parsed.namespace().isPresent() ? parsed.host() : parsed.service() + "." + namespace + ".svc";
        return ports.kept(
                new Destination(new ServiceKey(namespace, parsed.service()), parsed.port(), parsed.protocol(), family),
                host);
    }

    /**
     * The balancer behind a host and TCP port that a client is about to dial, or empty when that is not ours: a foreign
     * domain, a namespace we do not know, a name of the machine's hosts file, a Service found to be absent within the last
     * 30 s, an address that is no ClusterIP of a Service in use (design decision 10). Where a name may mean several
     * things, the platform's search list decides in its order (semantics §2). Does not block.
     */
    public Optional<Balancer> forHost(String host, int port) {
        return forHost(host, port, Protocol.TCP);
    }

    /** As the other, for a client that speaks {@code protocol}: {@code 53/UDP} and {@code 53/TCP} are two ports (R5). */
    public Optional<Balancer> forHost(String host, int port, Protocol protocol) {
        if (port < 1 || port > 65535) {
            return Optional.empty();
        }
        var asked = new PortRef.Numbered(port);
        List<Meaning> meanings = settings.names().meanings(host);
        if (meanings.isEmpty()) {
            IpAddress literal = IpAddress.parse(withoutBrackets(host));
            return literal == null ? Optional.empty() : ports.ofClusterIp(literal, asked, protocol, host);
        }
        long nowNanos = settings.loop().nanoTime(); // asked once: some clients come by here with every request
        for (Meaning meaning : meanings) {
            if (meaning instanceof Meaning.OfService service) {
                if (!isOurs(service, meanings, nowNanos)) {
                    return Optional.empty();
                }
                Optional<Balancer> balancer =
                        ports.whilePresent(new Destination(service.service(), asked, protocol, null), host, nowNanos);
                if (balancer.isPresent()) {
                    return balancer;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Whether {@link #forHost} may find a balancer for one of this name's ports, for clients that resolve names before they
     * tell the port. Nothing is opened or counted, nobody is asked; a literal address is no name. Does not block.
     */
    public boolean mayBeOurs(String host) {
        List<Meaning> meanings = settings.names().meanings(host);
        for (Meaning meaning : meanings) {
            if (meaning instanceof Meaning.OfService service) {
                return isOurs(service, meanings, settings.loop().nanoTime());
            }
        }
        return false;
    }

    /**
     * Tells {@code listener} what happens to Service ports: first that those in use were opened, then everything from now
     * on. All of it on Onehop's own thread, as {@link OnehopListener} says.
     *
     * @return stops it when closed; a call under way is finished
     */
    public Balancer.Listening listen(OnehopListener listener) {
        Objects.requireNonNull(listener, "listener");
        var open = new AtomicBoolean(true);
        OnehopListener whileOpen = event -> {
            if (open.get()) {
                listener.on(event);
            }
        };
        settings.loop().execute(() -> {
            if (open.get()) {
                settings.listeners().add(whileOpen);
            }
        });
        return () -> {
            open.set(false);
            settings.loop().execute(() -> settings.listeners().remove(whileOpen));
        };
    }

    /**
     * Ends all balancers and the discovery, and leaves no thread or socket. Attempts that are open may still be ended;
     * new ones go to the ClusterIP. Idempotent.
     */
    @Override
    public void close() {
        try {
            ports.close();
        } finally {
            try {
                settings.discovery().close();
            } finally {
                settings.prober().close();
                settings.loop().close();
            }
        }
    }

    /** The ports in use, for tests. */
    ServicePorts ports() {
        return ports;
    }

    /** Whether a name of these meanings can be this Service's, as far as is known. */
    private boolean isOurs(Meaning.OfService service, List<Meaning> meanings, long nowNanos) {
        return (service.certain() || isKnown(service.service().namespace())) && !isOfPod(meanings, service, nowNanos);
    }

    /** Whether the name means a pod of a headless Service, which the platform's resolver would look for first. */
    private boolean isOfPod(List<Meaning> meanings, Meaning.OfService found, long nowNanos) {
        for (Meaning meaning : meanings) { // no stream, for the same reason
            if (meaning == found) {
                return false;
            }
            ServiceKey service = meaning.service();
            if (meaning instanceof Meaning.OfPod
                    && isKnown(service.namespace())
                    && settings.standDown().look(nowNanos).isEmpty()
                    && headless.contains(service, nowNanos)) {
                return true;
            }
        }
        return false;
    }

    private boolean isKnown(String namespace) {
        Optional<String> own = settings.names().ownNamespace();
        return (own.isPresent() && own.get().equals(namespace))
                || settings.namespaces().contains(namespace)
                || ports.isWatched(namespace);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
