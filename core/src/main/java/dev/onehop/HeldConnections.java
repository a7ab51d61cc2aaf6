package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.route.BackendKey;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The connections to one Service port that clients keep open, and which of them are to go: those of backends that have
 * left or are ejected, at once; old ones, and those of backends that hold more than their share, few at a time
 * (reliability 3.4).
 *
 * <p>{@link #hold}, {@link #forget} and {@link #count} are shared: safe from any thread. The rest is serial: on the loop.
 */
final class HeldConnections {

    /** How often age and shares are looked at, while there are connections. */
    private static final Duration TURN = Duration.ofSeconds(1);

    /** In a turn, one connection of so many moves, and one at least. */
    private static final int MOVING = 10;

    /** So many are closed at once; more than that, within {@link #SPREAD}. */
    private static final int AT_ONCE = 1_000;

    private static final Duration SPREAD = Duration.ofSeconds(5);

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Executor closing;
    private final Duration maxAge;
    private final Supplier<Eligible> present;
    private final Consumer<Retirement> retired;
    private final Set<HeldConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean turning = new AtomicBoolean();
    private volatile boolean stopped;

    /**
     * @param closing where idle connections are closed: never the loop, for closing is the clients' code
     * @param maxAge after about which time a connection is old; give or take a fifth, lest all made at once end at once
     * @param present the newest snapshot
     * @param retired counts
     */
    HeldConnections(
            SerialScheduler loop,
            RandomGenerator random,
            Executor closing,
            Duration maxAge,
            Supplier<Eligible> present,
            Consumer<Retirement> retired) {
        this.loop = loop;
        this.random = random;
        this.closing = closing;
        this.maxAge = maxAge;
        this.present = present;
        this.retired = retired;
    }

    /** Takes note of a connection that stands. */
    HeldConnection hold(Attempt made, HeldConnection.Closing close) {
        long age = (long) (maxAge.toNanos() * (0.8 + 0.4 * random.nextDouble()));
        var held = new HeldConnection(this, made, close, loop.nanoTime() + age);
        open.add(held);
        if (stopped) {
            open.clear();
            return held;
        }
        if (made.backend().isPresent() && isLeaving(made.backend().get(), present.get())) {
            loop.execute(() -> follow(present.get())); // it left while the connect was under way
        }
        if (turning.compareAndSet(false, true)) {
            loop.execute(this::wind);
        }
        return held;
    }

    void forget(HeldConnection held) {
        open.remove(held);
    }

    /** How many there are. */
    int count() {
        return open.size();
    }

    /** Retires those whose backends are not in {@code next}. */
    void follow(Eligible next) {
        if (open.isEmpty() || !says(next)) {
            return;
        }
        Set<BackendKey> staying = keys(next);
        int idle = 0;
        for (HeldConnection each : open) {
            Backend backend = each.made().backend().orElse(null);
            if (backend != null && !staying.contains(backend.key())) {
                boolean later = each.isIdle() && ++idle > AT_ONCE;
                retire(
                        each,
                        next.ejection(backend).isPresent() ? Retirement.EJECTED : Retirement.LEFT,
                        later ? this::closeLater : closing);
            }
        }
    }

    /** Follows nothing any more: the connections are their clients' alone. */
    void stop() {
        stopped = true;
        open.clear();
    }

    private void wind() {
        loop.schedule(TURN, this::turn);
    }

    private void turn() {
        if (open.isEmpty() || stopped) {
            turning.set(false);
            if (!open.isEmpty() && !stopped && turning.compareAndSet(false, true)) {
                wind(); // one came in between
            }
            return;
        }
        long nowNanos = loop.nanoTime();
        int most = Math.max(1, open.size() / MOVING);
        retireOld(nowNanos);
        Eligible now = present.get();
        if (now.size() > 0) {
            respread(now, most - retireFallbacks(most));
        }
        wind();
    }

    private void retireOld(long nowNanos) {
        open.stream().filter(each -> each.isDue(nowNanos)).forEach(each -> retire(each, Retirement.AGED, closing));
    }

    /** Connections by way of the ClusterIP, which there are backends for now. */
    private int retireFallbacks(int most) {
        List<HeldConnection> some = idleFirst(
                open.stream()
                        .filter(each -> each.made().backend().isEmpty() && !each.isRetired())
                        .toList(),
                most);
        some.forEach(each -> retire(each, Retirement.SURPLUS, closing));
        return some.size();
    }

    /** Not while shares differ on purpose, or callers are to stay where they are. */
    private void respread(Eligible now, int most) {
        if (most < 1 || now.isRamping() || now.affinityTimeout().isPresent()) {
            return;
        }
        Map<BackendKey, List<HeldConnection>> byBackend = new HashMap<>();
        for (HeldConnection each : open) {
            if (!each.isRetired()) {
                each.made()
                        .backend()
                        .ifPresent(backend -> byBackend
                                .computeIfAbsent(backend.key(), key -> new ArrayList<>())
                                .add(each));
            }
        }
        Map<BackendKey, Integer> counts = byBackend.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().size()));
        Surplus.of(counts, keys(now), most)
                .forEach((key, surplus) -> idleFirst(byBackend.getOrDefault(key, List.of()), surplus)
                        .forEach(each -> retire(each, Retirement.SURPLUS, closing)));
    }

    private static List<HeldConnection> idleFirst(Collection<HeldConnection> of, int most) {
        return of.stream()
                .sorted(Comparator.comparing(HeldConnection::isIdle).reversed())
                .limit(most)
                .toList();
    }

    private void retire(HeldConnection held, Retirement why, Executor closer) {
        if (held.retire(closer)) {
            retired.accept(why);
        }
    }

    private void closeLater(Runnable close) {
        loop.schedule(Duration.ofNanos((long) (random.nextDouble() * SPREAD.toNanos())), () -> closing.execute(close));
    }

    /** A look at the objects, without their keys: this is on the way of every connect. */
    private static boolean isLeaving(Backend backend, Eligible now) {
        for (int i = 0; i < now.size(); i++) {
            if (now.backend(i) == backend) {
                return false;
            }
        }
        return says(now);
    }

    /** Whether a snapshot tells who may be used: one that sends connections to the ClusterIP does not. */
    private static boolean says(Eligible snapshot) {
        return snapshot.size() > 0
                || (snapshot.decision() instanceof Decision.Refuse refuse
                        && (refuse.verdict() == Verdict.REJECT || refuse.verdict() == Verdict.DROP));
    }

    private static Set<BackendKey> keys(Eligible snapshot) {
        return snapshot.backends().stream().map(Backend::key).collect(Collectors.toSet());
    }
}
