package dev.onehop.k8s.chaos;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.k8s.ApiObjects;
import dev.onehop.k8s.KubernetesDiscovery;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A Service in a cluster of its own: an API server over real HTTP, pods on loopback, and an {@link Onehop} in real time over
 * both. What the slices say is set apart from what the pods do.
 *
 * <p>Not thread-safe: one thread changes it; {@link #api}, {@link #doors} and {@link #removals} are for callers' threads too.
 */
final class LiveCluster implements AutoCloseable {

    private static final int PODS_PER_SLICE = 25;
    private static final Duration SOON = Duration.ofSeconds(20);

    final FakeApiServer server = FakeApiServer.start();
    final KubernetesDiscovery discovery;
    final Auditor auditor = new Auditor();
    final Doors doors = new Doors();
    final Balancer api;
    private final LoopbackPods pods;
    private final Onehop onehop;
    private final Map<Integer, Endpoint> listed = new TreeMap<>();
    private final Map<Integer, Integer> incarnations = new HashMap<>();
    private final Map<String, List<Endpoint>> published = new HashMap<>();
    private final Map<String, Removal> removals = new ConcurrentHashMap<>();

    /**
     * A pod that may get no new call any more.
     *
     * @param version of the slices, from which on it is not listed as ready
     * @param goneVersion from which on it is not listed at all; the highest number as long as it is
     */
    record Removal(long version, long goneVersion) {}

    /** Starts {@code started} pods, of which the first {@code ready} are listed. */
    LiveCluster(int ready, int started) {
        pods = LoopbackPods.start(started);
        assumeThat(pods.all().stream().map(LoopbackPod::port).distinct())
                .as("ports: only where all of 127.0.0.0/8 can be bound")
                .hasSize(1);
        server.create("services", "shop", ApiObjects.apiService());
        for (int pod = 0; pod < ready; pod++) {
            listed.put(pod, incarnation(pod, true, false));
        }
        publish();
        discovery = KubernetesDiscovery.builder()
                .config(new ConfigBuilder(Config.empty())
                        .withMasterUrl(server.url())
                        .build())
                .build();
        onehop = Onehop.builder()
                .discovery(discovery)
                .addressPolicy(AddressPolicy.allowingLoopback())
                .meshDetection(false)
                .build();
        api = onehop.balancer("api-service.shop:80");
        api.onChange(auditor);
        awaitWhole(SOON);
        server.awaitWatches("endpointslices", 1, SOON);
    }

    LoopbackPod pod(int index) {
        return pods.get(index);
    }

    List<LoopbackPod> pods() {
        return pods.all();
    }

    /** The indices of the pods that are listed as ready. */
    List<Integer> ready() {
        return listed.entrySet().stream()
                .filter(each -> Boolean.TRUE.equals(each.getValue().ready()))
                .map(Map.Entry::getKey)
                .toList();
    }

    Collection<Integer> listed() {
        return listed.keySet();
    }

    /** Lists a new pod in place of whoever was there before, from the next {@link #publish} on. */
    LiveCluster add(int pod) {
        incarnations.merge(pod, 1, Integer::sum);
        pod(pod).comeBack();
        listed.put(pod, incarnation(pod, true, false));
        return this;
    }

    /** Says that a pod shuts down. */
    LiveCluster terminate(int pod) {
        listed.put(pod, incarnation(pod, false, true));
        return this;
    }

    LiveCluster remove(int pod) {
        listed.remove(pod);
        return this;
    }

    private Endpoint incarnation(int pod, boolean ready, boolean terminating) {
        return Endpoint.builder(pod(pod).ip())
                .conditions(ready, true, terminating)
                .pod(pod(pod).name(), uid(pod))
                .build();
    }

    /** Writes the slices that have changed; others stay as they are. */
    void publish() {
        Map<String, List<Endpoint>> now = new TreeMap<>();
        published.keySet().forEach(slice -> now.put(slice, List.of()));
        listed.forEach((pod, endpoint) -> {
            String slice = "api-" + pod / PODS_PER_SLICE;
            List<Endpoint> all = new ArrayList<>(now.getOrDefault(slice, List.of()));
            all.add(endpoint);
            now.put(slice, all);
        });
        now.forEach(this::publish);
    }

    private void publish(String slice, List<Endpoint> now) {
        List<Endpoint> before = published.put(slice, now);
        if (now.equals(before)) {
            return;
        }
        ObjectNode object = ApiObjects.slice(EndpointSlice.of(
                LoopbackPods.API, slice, List.of(new SlicePort("http", Protocol.TCP, pod(0).port())), now));
        if (before == null) {
            server.create("endpointslices", "shop", object);
            return;
        }
        long version = server.replace("endpointslices", "shop", slice, object);
        before.stream()
                .map(endpoint -> String.valueOf(endpoint.podUid()))
                .filter(uid -> now.stream().noneMatch(each -> uid.equals(each.podUid())))
                .forEach(uid -> removals.merge(
                        uid, new Removal(version, version), (first, gone) -> new Removal(first.version(), version)));
        now.stream()
                .filter(endpoint -> !Boolean.TRUE.equals(endpoint.ready()))
                .forEach(endpoint ->
                        removals.putIfAbsent(String.valueOf(endpoint.podUid()), new Removal(version, Long.MAX_VALUE)));
    }

    /** By uid, the pods that were ready and are not any more. */
    Map<String, Removal> removals() {
        return removals;
    }

    String uid(int pod) {
        return "uid-" + pod + "-" + incarnations.getOrDefault(pod, 0);
    }

    /** The uids of the pods that are listed as ready. */
    Set<String> uids() {
        var uids = new TreeSet<String>();
        listed.values().stream()
                .filter(endpoint -> Boolean.TRUE.equals(endpoint.ready()))
                .forEach(endpoint -> uids.add(String.valueOf(endpoint.podUid())));
        return uids;
    }

    /** The uids of the pods that the client knows, ejected or not. */
    Set<String> known() {
        var uids = new TreeSet<String>();
        var now = api.eligible();
        now.backends().forEach(pod -> uids.add(String.valueOf(pod.key().podUid())));
        now.ejected().forEach(pod -> uids.add(String.valueOf(pod.key().podUid())));
        return uids;
    }

    /** How often clients have asked for lists, and have got an answer. */
    long lists() {
        return server.requests().stream()
                .filter(request -> request.verb().name().equals("LIST"))
                .count();
    }

    /** How long ago the API server has told the client anything. */
    Duration age() {
        return api.viewAge().orElse(Duration.ZERO);
    }

    /** Waits until the client knows exactly the pods that are listed as ready; gives how long that took. */
    Duration awaitWhole(Duration atMost) {
        return await("the view is whole", atMost, () -> known().equals(uids()));
    }

    Duration await(String what, Duration atMost, BooleanSupplier condition) {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > atMost.toNanos()) {
                throw new AssertionError("not within " + atMost + ": " + what + "; known " + known() + ", listed "
                        + uids() + ", " + api.eligible().ejected() + " out, " + discovery.status());
            }
            sleep(5);
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        onehop.close();
        server.close();
        pods.close();
    }
}
