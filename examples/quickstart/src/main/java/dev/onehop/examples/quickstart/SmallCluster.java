package dev.onehop.examples.quickstart;

import dev.onehop.k8s.fake.FakeApiServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A cluster on one machine, with the very objects of the figure: an API server, the Service {@code api-service}, its
 * pods as real servers, and the endpoint controller between them.
 *
 * <p>What happens to a pod and what the API server says of it are separate, as in a real cluster: {@link #kill} tells
 * nobody, and while the API server is away nothing can be written.
 *
 * <p>Shared: safe from any thread; a lock orders changes.
 */
final class SmallCluster implements AutoCloseable {

    static final String NAMESPACE = "default";
    static final String NODE = "minikube";
    static final String SERVICE = "api-service";
    static final int SERVICE_PORT = 8080;

    private static final int FIRST_NEW_ADDRESS = 19;

    private final FakeApiServer api = FakeApiServer.start();
    private final PodNetwork network;
    private final Names names;
    private final SliceWriter slices;
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private Set<String> published = Set.of();
    private int nextAddress = FIRST_NEW_ADDRESS;
    private boolean apiServerDown;
    private Consumer<Set<String>> beforeChange = uids -> {};

    private SmallCluster(PodNetwork network, long seed) {
        this.network = network;
        this.names = new Names(seed);
        this.slices = new SliceWriter(api, names);
    }

    /** Starts the cluster of the figure: two pods, both ready. */
    static SmallCluster start(PodNetwork network, long seed) {
        var cluster = new SmallCluster(network, seed);
        cluster.api.apply(resource("/cluster.yaml"));
        cluster.start("api-server-26psx", "10.244.0.16");
        cluster.start("api-server-nlj5w", "10.244.0.18");
        cluster.setReady("api-server-26psx", true);
        cluster.setReady("api-server-nlj5w", true);
        return cluster;
    }

    /** From now on tells the uids of the pods to be used, right before the API server is told of a change. */
    synchronized void beforeChange(Consumer<Set<String>> listener) {
        beforeChange = listener;
    }

    /** The API server's URL, for kubectl too. */
    String url() {
        return api.url();
    }

    String kubeconfig() {
        return api.kubeconfig();
    }

    synchronized List<String> slices() {
        return slices.slices();
    }

    synchronized List<Pod> pods() {
        return List.copyOf(pods.values());
    }

    /** Starts a pod that is listed, not yet ready; returns its name. */
    synchronized String startPod() {
        return start(names.next("api-server-"), "10.244.0." + nextAddress++);
    }

    /** The readiness probe's verdict has changed. */
    synchronized void setReady(String name, boolean ready) {
        pods.put(name, pod(name).withReady(ready));
        publish();
    }

    /** Somebody has deleted the pod: it goes on serving, and is no longer to be used. */
    synchronized void terminate(String name) {
        pods.put(name, pod(name).withTerminating());
        publish();
    }

    /** The pod finishes what it is doing, ends, and leaves the slice. */
    void stop(String name) {
        pod(name).server().stop();
        remove(name);
    }

    /** The pod is dead. Nobody is told. */
    void kill(String name) {
        pod(name).server().kill();
    }

    /** The pod's object is gone. */
    synchronized void remove(String name) {
        pods.remove(name);
        publish();
    }

    /** Nobody can read or write an object any more; pods go on. */
    synchronized void stopApiServer() {
        apiServerDown = true;
        api.down();
    }

    /** The API server is back, and the endpoint controller writes what has happened meanwhile. */
    synchronized void startApiServer() {
        apiServerDown = false;
        api.up();
        publish();
    }

    /** Writes the slices again if somebody has deleted one, as the controller of a real cluster does. */
    synchronized void reconcile() {
        publish();
    }

    /** Sabotage, for tests: from now on this pod answers 500, while it says that it is ready. */
    void breakDown(String name) {
        pod(name).server().breakDown();
    }

    /** Sabotage, for tests: from now on watches lose every change of a slice, and nobody notices. */
    void loseSliceWrites() {
        api.faults().swallowEvents("endpointslices");
    }

    @Override
    public synchronized void close() {
        pods.values().forEach(pod -> pod.server().close());
        api.close();
    }

    private synchronized String start(String name, String ip) {
        PodServer server = PodServer.start(name, network.listenAddress(ip));
        pods.put(name, new Pod(name, UUID.randomUUID().toString(), server, false, false));
        publish();
        return name;
    }

    private synchronized Pod pod(String name) {
        Pod pod = pods.get(name);
        if (pod == null) {
            throw new NoSuchElementException("pod " + name + " (expected: one of " + pods.keySet() + ")");
        }
        return pod;
    }

    private void publish() {
        if (apiServerDown) {
            return;
        }
        Set<String> usable = usable(pods.values());
        slices.write(pods.values(), () -> {
            if (!usable.equals(published)) {
                published = usable;
                beforeChange.accept(usable);
            }
        });
    }

    private static Set<String> usable(Collection<Pod> pods) {
        return pods.stream().filter(Pod::isUsable).map(Pod::uid).collect(Collectors.toUnmodifiableSet());
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(SmallCluster.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
