package dev.onehop.faults;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Dialer;
import dev.onehop.Onehop;
import dev.onehop.Probes;
import dev.onehop.eligible.Eligible;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Real pods of one Service on loopback, an {@link Onehop} in front of them, and a count of every connect. What the slices
 * say is set apart from what the pods do.
 *
 * <p>Shared: safe from any thread; what the slices say is changed by one.
 */
final class Fleet implements AutoCloseable {

    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LoopbackPods pods;
    private final StaticDiscovery discovery;
    private final Map<InetSocketAddress, Door> doors = new ConcurrentHashMap<>();
    private final Map<LoopbackPod, Endpoint> listed = new TreeMap<>(
            (a, b) -> a.ip().equals(b.ip()) ? Integer.compare(a.port(), b.port()) : a.ip().compareTo(b.ip()));
    private Probes probes;
    private Snapshots snapshots;
    private Onehop onehop;
    private Balancer api;
    private boolean hedged;
    private final Overlapping overlapping = new Overlapping();

    /** Starts {@code started} pods, of which the first {@code ready} are in the slices. */
    Fleet(int ready, int started) {
        pods = LoopbackPods.start(started);
        discovery = pods.discovery();
        for (int i = 0; i < ready; i++) {
            listed.put(pods.get(i), LoopbackPods.endpoint(pods.get(i)));
        }
        publish();
        open();
    }

    static Fleet of(int pods) {
        return new Fleet(pods, pods);
    }

    /** Begins anew on the client's side: an Onehop that has learnt nothing, counts at zero. */
    void forget() {
        onehop.close();
        doors.clear();
        open();
    }

    /** Begins anew on the client's side, with {@link #connect} dialling beside a slow dial. */
    Fleet hedged() {
        hedged = true;
        forget();
        return this;
    }

    private void open() {
        probes = Probes.real();
        snapshots = new Snapshots();
        onehop = probes.in(LoopbackPods.onehop(discovery)).hedgedConnect(hedged).build();
        api = onehop.balancer("api-service.shop:80");
        api.ready().toCompletableFuture().join();
        api.onChange(snapshots);
    }

    /** Connects for a call. */
    <T> T connect(Duration timeout, Dialer<T> dialer) throws IOException {
        return hedged ? overlapping.connect(api, timeout, dialer) : api.connect(timeout, dialer);
    }

    /** The hedged calls. */
    Overlapping overlapping() {
        return overlapping;
    }

    Balancer api() {
        return api;
    }

    Probes probes() {
        return probes;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    LoopbackPod pod(int index) {
        return pods.get(index);
    }

    /** The first {@code count} pods. */
    List<LoopbackPod> pods(int count) {
        return pods.all().subList(0, count);
    }

    /** What the slices say of a pod from the next {@link #publish} on. */
    Fleet list(LoopbackPod pod, boolean ready, boolean terminating) {
        return list(pod, "uid-" + pod.name(), ready, terminating);
    }

    Fleet list(LoopbackPod pod, String uid, boolean ready, boolean terminating) {
        listed.put(
                pod,
                Endpoint.builder(pod.ip())
                        .conditions(ready, true, terminating)
                        .pod(pod.name(), uid)
                        .build());
        return this;
    }

    Fleet unlist(LoopbackPod pod) {
        listed.remove(pod);
        return this;
    }

    /** Tells the client what the slices say now. */
    void publish() {
        Map<Integer, List<Endpoint>> byPort = new TreeMap<>();
        listed.forEach((pod, endpoint) ->
                byPort.computeIfAbsent(pod.port(), port -> new ArrayList<>()).add(endpoint));
        discovery.set(
                LoopbackPods.service(),
                byPort.entrySet().stream()
                        .map(each -> slice(each.getKey(), each.getValue()))
                        .toArray(EndpointSlice[]::new));
    }

    /** Tells the client that all listed pods are at {@code port}, whatever they listen on. */
    void publishAtPort(int port) {
        discovery.set(LoopbackPods.service(), slice(port, List.copyOf(listed.values())));
    }

    private static EndpointSlice slice(int port, List<Endpoint> endpoints) {
        return EndpointSlice.of(
                LoopbackPods.API, "api-" + port, List.of(new SlicePort("http", Protocol.TCP, port)), endpoints);
    }

    /** Dials for a call, and counts it. */
    Socket dial(Attempt attempt, Duration timeout) throws IOException {
        Door door = door(attempt.address());
        door.lock.readLock().lock();
        door.syns.increment();
        var socket = new Socket();
        try {
            socket.connect(attempt.address(), (int) Math.max(1, timeout.toMillis()));
            door.connects.increment();
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        } finally {
            door.lock.readLock().unlock();
        }
    }

    /**
     * Stops a pod as a server does that loses nothing: it has accepted every connect that the kernel has completed before
     * it stops to listen. (A kernel resets those left in the queue, which a client sees after its first byte only.) Gives how
     * many connects callers had sent to it by then.
     */
    long stopGracefully(LoopbackPod pod) {
        Door door = door(pod.address());
        door.lock.writeLock().lock();
        try {
            pod.awaitAccepted();
            pod.refuse(); // what is open is answered: every request asks to close
            return door.syns.sum();
        } finally {
            door.lock.writeLock().unlock();
        }
    }

    /** From now on a pod swallows SYNs; nobody gets in between who would wait for an answer for ever. */
    void swallowSyns(LoopbackPod pod) {
        Door door = door(pod.address());
        door.lock.writeLock().lock();
        try {
            pod.awaitAccepted();
            pod.blackHole();
        } finally {
            door.lock.writeLock().unlock();
        }
    }

    /** A call is over whose connection {@link #dial} made. */
    void hungUp(Attempt attempt) {
        door(attempt.address()).hungUp.increment();
    }

    /** Ends a pod as SIGKILL does; gives how many connections callers had open to it. */
    long kill(LoopbackPod pod) {
        Door door = door(pod.address());
        door.lock.writeLock().lock();
        try {
            long open = door.connects.sum() - door.hungUp.sum();
            pod.kill();
            return open;
        } finally {
            door.lock.writeLock().unlock();
        }
    }

    /** How many connects callers have sent to a pod. */
    long syns(LoopbackPod pod) {
        return door(pod.address()).syns.sum();
    }

    long syns() {
        return doors.values().stream().mapToLong(door -> door.syns.sum()).sum();
    }

    long syns(List<LoopbackPod> some) {
        return some.stream().mapToLong(this::syns).sum();
    }

    /** Waits until picks see what the slices say, 5 s at most. */
    void awaitTaken() {
        long began = System.nanoTime();
        while (!taken() && System.nanoTime() - began < SOON_NANOS) {
            LockSupport.parkNanos(100_000);
        }
    }

    private boolean taken() {
        Set<String> seen = new HashSet<>();
        Eligible now = api.eligible();
        now.backends().forEach(pod -> seen.add(pod.key().podUid()));
        now.ejected().forEach(pod -> seen.add(pod.key().podUid()));
        Set<String> said = new HashSet<>();
        listed.values().forEach(endpoint -> said.add(endpoint.podUid()));
        return seen.equals(said);
    }

    /** Waits until nobody is ejected, 20 s at most; gives how long that took. */
    Duration awaitAllBack() {
        long began = System.nanoTime();
        while (!api.eligible().ejected().isEmpty() && System.nanoTime() - began < 4 * SOON_NANOS) {
            LockSupport.parkNanos(1_000_000);
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void close() {
        overlapping.close();
        onehop.close();
        pods.close();
    }

    private Door door(InetSocketAddress address) {
        return doors.computeIfAbsent(address, key -> new Door());
    }

    /** A pod's port, as callers use it. */
    private static final class Door {
        private final LongAdder syns = new LongAdder();
        private final LongAdder connects = new LongAdder();
        private final LongAdder hungUp = new LongAdder();
        private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    }
}
