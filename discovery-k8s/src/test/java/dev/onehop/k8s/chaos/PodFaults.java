package dev.onehop.k8s.chaos;

import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Pods that fail at random for some seconds each, and are replaced now and then. Never more than half of those listed, nor of
 * those the client knows, are bad at a time; one that has stopped while the client does not know counts as bad.
 *
 * <p>Not thread-safe.
 */
final class PodFaults {

    private static final int SLOW_MILLIS = 150;
    private static final long SHORTEST_MILLIS = 2_000;
    private static final long LONGEST_MILLIS = 20_000;
    private static final long PRE_STOP_NANOS = Duration.ofSeconds(2).toNanos();

    enum Fault {
        REFUSES,
        BLACK_HOLE,
        RESETS,
        STALLS,
        ANSWERS_503,
        SLOW
    }

    private final LiveCluster cluster;
    private final SplittableRandom random;
    private final Map<Fault, Integer> did = new EnumMap<>(Fault.class);

    /** By pod, until when it is bad. */
    private final Map<Integer, Long> bad = new TreeMap<>();

    /** The uids of pods that are replaced, and do not listen any more. */
    private final Map<Integer, String> stopped = new HashMap<>();

    private final Queue<Leaving> leaving = new ArrayDeque<>();
    private int next;

    private record Leaving(int pod, String uid, long sinceNanos) {}

    PodFaults(LiveCluster cluster, SplittableRandom random) {
        this.cluster = cluster;
        this.random = random;
        this.next = cluster.ready().size();
    }

    /** How often each fault was made. */
    Map<Fault, Integer> did() {
        return did;
    }

    /** What happens next, four times a second. */
    void step() {
        heal(System.nanoTime());
        leave(System.nanoTime());
        if (random.nextInt(4) == 0 && mayHaveOneMore()) {
            fail();
        }
        if (random.nextInt(12) == 0) {
            replace();
        }
    }

    /** All pods are well; those that were replaced are gone. */
    void end() {
        List.copyOf(bad.keySet()).forEach(this::heal);
        leaving.forEach(each -> cluster.remove(each.pod()));
        cluster.publish();
    }

    private boolean mayHaveOneMore() {
        Set<String> known = cluster.known();
        long stoppedKnown = stopped.values().stream().filter(known::contains).count();
        return 2 * (bad.size() + 1) <= cluster.ready().size() && 2 * (bad.size() + stoppedKnown + 1) <= known.size();
    }

    private void fail() {
        List<Integer> good =
                cluster.ready().stream().filter(pod -> !bad.containsKey(pod)).toList();
        int index = good.get(random.nextInt(good.size()));
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        long millis = random.nextLong(SHORTEST_MILLIS, LONGEST_MILLIS);
        did.merge(fault, 1, Integer::sum);
        bad.put(index, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        LoopbackPod pod = cluster.pod(index);
        switch (fault) {
            case REFUSES -> pod.refuse();
            case BLACK_HOLE -> pod.blackHole();
            case RESETS -> pod.resetAfterRequest();
            case STALLS -> pod.stall();
            case ANSWERS_503 -> pod.answering(request -> PodResponse.of(503, "no"));
            case SLOW ->
                pod.answering(request -> {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SLOW_MILLIS));
                    return pod.echo(request);
                });
        }
    }

    private void heal(long nowNanos) {
        List.copyOf(bad.entrySet()).stream()
                .filter(each -> each.getValue() - nowNanos < 0)
                .forEach(each -> heal(each.getKey()));
    }

    private void heal(int pod) {
        bad.remove(pod);
        cluster.pod(pod).answering(cluster.pod(pod)::echo).comeBack();
    }

    /** A good pod terminates, and another one comes. */
    private void replace() {
        List<Integer> good =
                cluster.ready().stream().filter(pod -> !bad.containsKey(pod)).toList();
        int old = good.get(random.nextInt(good.size()));
        do {
            next = (next + 1) % cluster.pods().size();
        } while (cluster.listed().contains(next));
        stopped.remove(next);
        String uid = cluster.uid(old);
        cluster.terminate(old).add(next).publish();
        leaving.add(new Leaving(old, uid, System.nanoTime()));
    }

    /** Stops those that terminate: after their preStop where the client knows, or as long as half of what it knows is good. */
    private void leave(long nowNanos) {
        Leaving first = leaving.peek();
        if (first == null || nowNanos - first.sinceNanos() < PRE_STOP_NANOS) {
            return;
        }
        if (!cluster.known().contains(first.uid()) || mayHaveOneMore()) {
            leaving.remove();
            cluster.doors.stopGracefully(cluster.pod(first.pod()));
            stopped.put(first.pod(), first.uid());
            cluster.remove(first.pod()).publish();
        }
    }
}
