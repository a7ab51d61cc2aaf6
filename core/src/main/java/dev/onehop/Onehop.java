package dev.onehop;

import dev.onehop.route.Destination;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Client-side load balancing for Kubernetes Services. Give it a Service port, and it says which pod gets the next
 * connection, as kube-proxy would and better informed.
 *
 * <pre>{@code
 * try (Onehop onehop = Onehop.builder().discovery(KubernetesDiscovery.create()).build()) {
 *   Balancer api = onehop.balancer("api-service.shop:80");
 *   Socket socket = api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
 *     Socket s = new Socket();
 *     s.connect(attempt.address(), (int) timeout.toMillis());
 *     return s;
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

    private record Held(ServicePipeline pipeline, Picks picks) {}

    private final Settings settings;
    private final Map<Destination, Held> held = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Onehop(Settings settings) {
        this.settings = settings;
    }

    /** Collects what Onehop needs to know; only a discovery is required. */
    public static OnehopBuilder builder() {
        return new OnehopBuilder();
    }

    /**
     * The balancer of a Service port, made at the first call and kept. Does not block and asks nobody: an unknown
     * Service shows at the first attempt.
     *
     * @param address {@code service[.namespace[.svc[.cluster.domain]]]:port}, the port by number or name, with
     *     {@code /UDP} or {@code /SCTP} behind it for another transport than TCP
     * @throws IllegalArgumentException when the address is malformed, or names no namespace and none is known
     */
    public Balancer balancer(String address) {
        ServiceAddress parsed = ServiceAddress.parse(address, settings.clusterDomain());
        String namespace = parsed.namespace()
                .or(this::ownNamespace)
                .orElseThrow(() -> new IllegalArgumentException("Service address: '" + address
                        + "' names no namespace, and the own one is not known (expected: " + parsed.service()
                        + ".<namespace>:" + parsed.port() + ", or builder().namespace(...))"));
        return balancer(parsed, namespace);
    }

    /**
     * The balancer behind a host name and port that a client is about to dial, or empty when that name is not ours: an
     * address literal, a foreign domain, or a namespace we do not know (design decision 10). Does not block.
     *
     * @param port 1..65535
     */
    public Optional<Balancer> forHost(String host, int port) {
        return ServiceAddress.host(host, settings.clusterDomain(), new PortRef.Numbered(port), Protocol.TCP)
                .flatMap(parsed -> parsed.namespace()
                        .or(this::ownNamespace)
                        .filter(namespace -> parsed.saysService() || isKnown(namespace))
                        .map(namespace -> balancer(parsed, namespace)));
    }

    /** Ends all balancers and the discovery, and leaves no thread or socket. Open attempts may still be ended. */
    @Override
    public void close() {
        closed = true;
        held.values().forEach(each -> each.pipeline().close());
        settings.discovery().close();
        settings.loop().close();
    }

    private Balancer balancer(ServiceAddress parsed, String namespace) {
        if (closed) {
            throw new IllegalStateException("Onehop is closed (asked for " + parsed.host() + ")");
        }
        var service = new ServiceKey(namespace, parsed.service());
        var destination = new Destination(service, parsed.port(), parsed.protocol(), null);
        Held here = held.computeIfAbsent(destination, this::start);
        return new Balancer(here.pipeline(), here.picks(), settings, parsed.host());
    }

    private Held start(Destination destination) {
        var pipeline = new ServicePipeline(destination, settings);
        pipeline.start();
        return new Held(pipeline, new Picks(pipeline, settings));
    }

    private Optional<String> ownNamespace() {
        return settings.namespace().or(() -> settings.discovery().namespace());
    }

    private boolean isKnown(String namespace) {
        return settings.namespaces().contains(namespace)
                || ownNamespace().filter(namespace::equals).isPresent()
                || held.keySet().stream()
                        .anyMatch(known -> known.service().namespace().equals(namespace));
    }
}
