package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one Service port that clients keep open, and which of them are to go: at once those of backends that
 * have left or are ejected; few at a time those that are better made anew ({@link Moves}; reliability 3.4).
 *
 * <p>{@link #hold}, {@link #forget} and {@link #count} are shared: safe from any thread. The rest is serial: on the loop.
 */
final class HeldConnections {

    /** How often age and shares are looked at, while there are connections. */
    private static final Duration TURN = Duration.ofSeconds(1);

    /** So many idle ones are closed at once; more than that, within {@link #SPREAD}. */
    private static final int AT_ONCE = 1_000;

    private static final Duration SPREAD = Duration.ofSeconds(5);

    /** How long an exchange may stay open after its connection is gone. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Executor closing;
    private final Duration maxAge;
    private final Supplier<Eligible> present;
    private final BooleanSupplier outage;
    private final Consumer<Retirement> retired;
    private final Set<HeldConnection> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean turning = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile boolean letGo;

    /**
     * @param closing where idle connections are closed: never the loop, for closing is the clients' code
     * @param maxAge after about which time a connection is old; give or take a fifth, lest all made at once end at once
     * @param present the newest snapshot
     * @param outage whether connects to most backends fail
     * @param retired counts
     */
    HeldConnections(
            SerialScheduler loop,
            RandomGenerator random,
            Executor closing,
            Duration maxAge,
            Supplier<Eligible> present,
            BooleanSupplier outage,
            Consumer<Retirement> retired) {
        this.loop = loop;
        this.random = random;
        this.closing = closing;
        this.maxAge = maxAge;
        this.present = present;
        this.outage = outage;
        this.retired = retired;
    }

    /** Takes note of a connection that stands. Where its backend has left during the connect, it is retired at once. */
    HeldConnection hold(Attempt made, HeldConnection.Closing close) {
        long age = (long) (maxAge.toNanos() * (0.8 + 0.4 * random.nextDouble()));
        var held = new HeldConnection(this, made, close, loop.nanoTime() + age);
        open.add(held);
        if (stopped) {
            open.clear();
            if (letGo) {
                retire(held, Retirement.LEFT, false);
            }
        } else if (turning.compareAndSet(false, true)) {
            loop.execute(this::wind);
        }
        Backend backend = made.backend().orElse(null);
        if (backend != null && !present.get().contains(backend)) {
            loop.execute(() -> lookAt(held));
        }
        return held;
    }

    private void lookAt(HeldConnection held) {
        Retirement why = stopped ? null : leaves(held, kept(present.get()));
        if (why != null) {
            retire(held, why, false);
        }
    }

    void forget(HeldConnection held) {
        open.remove(held);
    }

    /** Does {@code task} when those who know how an exchange went have had time to say so. */
    void afterwards(Runnable task) {
        loop.schedule(LAST_WORDS, task);
    }

    /** How many there are. */
    int count() {
        return open.size();
    }

    /** Retires those whose backends have left or are ejected by {@code next}. */
    void follow(Eligible next) {
        if (open.isEmpty()) {
            return;
        }
        KeptBackends kept = kept(next);
        int idle = 0;
        for (HeldConnection each : open) {
            Retirement why = leaves(each, kept);
            if (why != null) {
                boolean later = each.isIdle() && ++idle > AT_ONCE;
                retire(each, why, later);
            }
        }
    }

    private KeptBackends kept(Eligible snapshot) {
        return new KeptBackends(snapshot, outage.getAsBoolean());
    }

    /** Why the connection does not stay until there is time to move it; null where it does. */
    private static @Nullable Retirement leaves(HeldConnection held, KeptBackends kept) {
        Backend backend = held.made().backend().orElse(null);
        Retirement why = backend == null ? null : kept.retirement(backend).orElse(null);
        return why == Retirement.SURPLUS ? null : why;
    }

    /** The port is not followed any more, though others may follow it anew: its connections end with their exchanges. */
    void letGo() {
        letGo = !stopped;
        stopped = true;
        int idle = 0;
        for (HeldConnection each : open) {
            boolean later = each.isIdle() && ++idle > AT_ONCE;
            retire(each, Retirement.LEFT, later);
        }
        open.clear();
    }

    /** Onehop is closed: the connections are their clients' alone. */
    void stop() {
        stopped = true;
        open.clear();
    }

    private void wind() {
        loop.schedule(TURN, this::turn);
    }

    private void turn() {
        try {
            look();
        } finally {
            if (!open.isEmpty() && !stopped) {
                wind();
            } else {
                turning.set(false);
                if (!open.isEmpty() && !stopped && turning.compareAndSet(false, true)) {
                    wind(); // one came in between
                }
            }
        }
    }

    private void look() {
        Eligible now = present.get();
        follow(now);
        boolean replaceable = now.size() > 0 || now.decision() instanceof Decision.ClusterIp;
        if (replaceable && !outage.getAsBoolean()) {
            Moves.of(open, now, loop.nanoTime()).forEach((held, why) -> retire(held, why, false));
        }
    }

    private void retire(HeldConnection held, Retirement why, boolean later) {
        if (held.retire(closing, loop.nanoTime())) {
            retired.accept(why);
            if (later) {
                long delay = (long) (random.nextDouble() * SPREAD.toNanos());
                loop.schedule(Duration.ofNanos(delay), () -> held.closeIfIdle(closing));
            } else {
                held.closeIfIdle(closing);
            }
        }
    }
}
