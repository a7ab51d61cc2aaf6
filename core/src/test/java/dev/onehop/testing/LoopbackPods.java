package dev.onehop.testing;

import dev.onehop.Onehop;
import dev.onehop.OnehopBuilder;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Several {@link LoopbackPod}s of one Service, {@code shop/api-service} with port 80. They share one port on addresses of
 * their own, as pods do, where the machine lets us bind all of 127.0.0.0/8; elsewhere (macOS) they share 127.0.0.1 on
 * ports of their own, and get a slice each.
 *
 * <p>Shared: safe from any thread.
 */
public final class LoopbackPods implements AutoCloseable, Iterable<LoopbackPod> {

    /** The Service all helpers here speak of. */
    public static final ServiceKey API = new ServiceKey("shop", "api-service");

    private static final int TRIES = 20;

    private final List<LoopbackPod> pods;

    private LoopbackPods(List<LoopbackPod> pods) {
        this.pods = List.copyOf(pods);
    }

    /** Starts {@code n} pods named {@code pod-1} to {@code pod-n}. */
    public static LoopbackPods start(int n) {
        List<LoopbackPod> started = new ArrayList<>();
        IOException last = new IOException("no pods asked for");
        for (int i = 0; i < TRIES; i++) {
            try {
                startTogether(n, started);
                return new LoopbackPods(started);
            } catch (IOException taken) {
                last = taken;
                started.forEach(LoopbackPod::close);
                started.clear();
            }
        }
        try {
            for (int i = 1; i <= n; i++) {
                started.add(LoopbackPod.start("pod-" + i, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            }
            return new LoopbackPods(started);
        } catch (IOException e) {
            e.addSuppressed(last);
            throw new UncheckedIOException(e);
        }
    }

    /** The pod at {@code index}, from 0. */
    public LoopbackPod get(int index) {
        return pods.get(index);
    }

    public List<LoopbackPod> all() {
        return pods;
    }

    /** The pod of this name. */
    public LoopbackPod named(String name) {
        return pods.stream().filter(pod -> pod.name().equals(name)).findFirst().orElseThrow();
    }

    @Override
    public Iterator<LoopbackPod> iterator() {
        return pods.iterator();
    }

    /** Connections accepted by all of them. */
    public int accepts() {
        return pods.stream().mapToInt(LoopbackPod::accepts).sum();
    }

    /** Requests read by all of them. */
    public int requests() {
        return pods.stream().mapToInt(pod -> pod.requests().size()).sum();
    }

    /** {@link #API} with port {@code http}, 80. */
    public static Service service() {
        return Service.builder(API.namespace(), API.name())
                .clusterIps(List.of("10.96.123.45"))
                .ipFamilies(AddressFamily.IPV4)
                .port("http", 80)
                .build();
    }

    /** A ready endpoint for {@code pod}, on node {@code node-a}, with its name and a uid made of it. */
    public static Endpoint endpoint(LoopbackPod pod) {
        return Endpoint.builder(pod.ip())
                .conditions(true, true, false)
                .node("node-a")
                .pod(pod.name(), "uid-" + pod.name())
                .build();
    }

    /** The slices of {@link #API} that lead to {@code pods}: one per port. */
    public static EndpointSlice[] slices(List<LoopbackPod> pods) {
        Map<Integer, List<Endpoint>> byPort = new TreeMap<>();
        pods.forEach(pod ->
                byPort.computeIfAbsent(pod.port(), port -> new ArrayList<>()).add(endpoint(pod)));
        return byPort.entrySet().stream()
                .map(each -> EndpointSlice.of(
                        API,
                        API.name() + "-" + each.getKey(),
                        List.of(new SlicePort("http", Protocol.TCP, each.getKey())),
                        each.getValue()))
                .toArray(EndpointSlice[]::new);
    }

    /** A discovery, in namespace {@code shop}, that knows {@link #API} with all these pods. */
    public StaticDiscovery discovery() {
        var discovery = StaticDiscovery.create(API.namespace(), ClientLocation.unknown());
        discovery.set(service(), slices(pods));
        return discovery;
    }

    /** Onehop over {@link #discovery}, allowed to dial loopback; for tests to say more about. */
    public OnehopBuilder onehop() {
        return onehop(discovery());
    }

    /** Onehop over {@code discovery}, allowed to dial loopback; for tests to say more about. */
    public static OnehopBuilder onehop(StaticDiscovery discovery) {
        return Onehop.builder()
                .discovery(discovery)
                .addressPolicy(AddressPolicy.allowingLoopback())
                .meshDetection(false);
    }

    @Override
    public void close() {
        pods.forEach(LoopbackPod::close);
    }

    private static void startTogether(int n, List<LoopbackPod> started) throws IOException {
        int net = ThreadLocalRandom.current().nextInt(1, 250);
        int subnet = ThreadLocalRandom.current().nextInt(0, 255);
        int port = 0;
        for (int i = 1; i <= n; i++) {
            var address = InetAddress.getByAddress(
                    new byte[] {127, (byte) net, (byte) (subnet + i / 250), (byte) (i % 250 + 1)});
            var pod = LoopbackPod.start("pod-" + i, address, port);
            started.add(pod);
            port = pod.port();
        }
    }
}
