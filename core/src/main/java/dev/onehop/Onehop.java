package dev.onehop;

import dev.onehop.route.Destination;
import dev.onehop.service.PortRef;
import dev.onehop.service.Printable;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import java.util.Optional;

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

    Onehop(Settings settings) {
        this.settings = settings;
        this.ports = new ServicePorts(settings);
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
        ServiceAddress parsed = ServiceAddress.parse(address, settings.clusterDomain());
        String namespace = parsed.namespace()
                .or(this::ownNamespace)
                .orElseThrow(() -> new IllegalArgumentException("Service address: '" + Printable.of(address)
                        + "' names no namespace, and the own one is not known"
                        + " (expected: " + parsed.service() + ".<namespace>:" + parsed.port()
                        + ", or builder().namespace(...))"));
        // A bare name may mean another namespace to the platform's resolver than to us: fall back to the one we mean.
        String host = parsed.namespace().isPresent() ? parsed.host() : parsed.service() + "." + namespace + ".svc";
        return ports.kept(destination(parsed, namespace), host);
    }

    /**
     * The balancer behind a host name and port that a client is about to dial, or empty when that name is not ours: an
     * address literal, a foreign domain, a namespace we do not know, or a Service found to be absent within the last 30 s
     * (design decision 10). Does not block.
     */
    public Optional<Balancer> forHost(String host, int port) {
        return forHost(host, port, Protocol.TCP);
    }

    /** As the other, for a client that speaks {@code protocol}: {@code 53/UDP} and {@code 53/TCP} are two ports (R5). */
    public Optional<Balancer> forHost(String host, int port, Protocol protocol) {
        if (port < 1 || port > 65535) {
            return Optional.empty();
        }
        return ServiceAddress.host(host, settings.clusterDomain(), new PortRef.Numbered(port), protocol)
                .flatMap(parsed -> parsed.namespace()
                        .or(this::ownNamespace)
                        .filter(namespace -> parsed.saysService() || isKnown(namespace))
                        .flatMap(namespace -> ports.whilePresent(destination(parsed, namespace), parsed.host())));
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
                settings.loop().close();
            }
        }
    }

    private static Destination destination(ServiceAddress parsed, String namespace) {
        return new Destination(new ServiceKey(namespace, parsed.service()), parsed.port(), parsed.protocol(), null);
    }

    private Optional<String> ownNamespace() {
        return settings.namespace().or(() -> settings.discovery().namespace());
    }

    private boolean isKnown(String namespace) {
        return settings.namespaces().contains(namespace)
                || ownNamespace().filter(namespace::equals).isPresent()
                || ports.isWatched(namespace);
    }
}
