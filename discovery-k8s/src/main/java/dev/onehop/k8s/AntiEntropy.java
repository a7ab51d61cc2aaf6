package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a list beside the open watch now and then, and compares: a watch can be alive and yet tell nothing, or tell
 * of another history since etcd was restored from a backup. Only a list shows it.
 *
 * <p>What differs gets two seconds, because its event may be on its way. What then differs still was missed, and the
 * reflector starts over with a list of its own. The first comparison after an interruption comes within a minute: a
 * restored etcd begins with an outage.
 *
 * <p>Serial: touched only on its reflector's loop, except {@link #divergences}.
 */
final class AntiEntropy<T> {

    private static final Duration PERIOD = Duration.ofMinutes(10);
    private static final Duration AFTER_INTERRUPTION = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private enum Timer {
        NEXT,
        GRACE,
        PATIENCE
    }

    private final ListWatch<T> source;
    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Store<T> store;
    private final Runnable diverged;
    private final Timers<Timer> timers;
    private final AtomicLong divergences = new AtomicLong();
    private @Nullable Pages<T> list;
    private boolean running;
    private boolean interrupted;

    AntiEntropy(ListWatch<T> source, SerialScheduler loop, RandomGenerator random, Store<T> store, Runnable diverged) {
        this.source = source;
        this.loop = loop;
        this.random = random;
        this.store = store;
        this.diverged = diverged;
        timers = new Timers<>(loop, Timer.class);
    }

    /** How often a list contradicted the watch. From any thread. */
    long divergences() {
        return divergences.get();
    }

    /** The watch is open. Does nothing when it was before. */
    void start() {
        if (!running) {
            running = true;
            schedule(interrupted ? afterInterruption() : period());
        }
    }

    /** The watch has failed: what it did not tell is no divergence. */
    void stop() {
        interrupted = true;
        running = false;
        timers.cancelAll();
        cancelList();
    }

    private void schedule(Duration delay) {
        timers.cancelAll();
        timers.set(Timer.NEXT, delay, this::compare);
    }

    private void compare() {
        cancelList();
        interrupted = false;
        String versionBefore = store.resourceVersion();
        timers.set(Timer.PATIENCE, PATIENCE, this::giveUp);
        list = Pages.read(source, loop, new Pages.Reader<>() {
            @Override
            public void bytes() {
                timers.set(Timer.PATIENCE, PATIENCE, AntiEntropy.this::giveUp);
            }

            @Override
            public void whole(ListPage<T> list) {
                compare(list, versionBefore);
            }

            @Override
            public void failed(Trouble trouble) {
                giveUp();
            }
        });
    }

    private void compare(ListPage<T> list, String versionBefore) {
        Map<String, @Nullable Item<T>> differences = store.differences(list);
        if (Versions.older(list.resourceVersion(), versionBefore)) {
            report();
        } else if (differences.isEmpty() || Versions.older(list.resourceVersion(), store.resourceVersion())) {
            // Equal; or the watch has told more than the list knows, which proves nothing either way.
            schedule(period());
        } else {
            timers.cancelAll();
            timers.set(Timer.GRACE, GRACE, () -> {
                if (store.stillHolds(differences)) {
                    report();
                } else {
                    schedule(period());
                }
            });
        }
    }

    private void report() {
        divergences.incrementAndGet();
        schedule(period());
        diverged.run();
    }

    /** A list that failed says nothing about the watch; if the server is in trouble, the watch will tell. */
    private void giveUp() {
        cancelList();
        schedule(period());
    }

    private void cancelList() {
        if (list != null) {
            list.cancel();
            list = null;
        }
    }

    private Duration period() {
        return Duration.ofMillis(Math.round(PERIOD.toMillis() * (0.8 + 0.4 * random.nextDouble())));
    }

    private Duration afterInterruption() {
        return Duration.ofMillis(Math.round(AFTER_INTERRUPTION.toMillis() * random.nextDouble()));
    }
}
