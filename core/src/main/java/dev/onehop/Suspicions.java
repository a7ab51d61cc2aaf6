package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Finds out about backends that one caller could not connect to, so that no second one has to: half a second to a second
 * later a connect of ours decides. Until it has, the backend stays suspect, and others come first. Half a second is what a
 * listener gets to restart; half a second more, drawn, keeps a dead zone's pods from being tried all at once.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class Suspicions {

    private static final Duration SOONEST = Duration.ofMillis(500);
    private static final Duration MORE = Duration.ofMillis(500);

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Consumer<Backend> probe;
    private final Set<Backend> looking = Collections.newSetFromMap(new IdentityHashMap<>());

    /** @param probe connects to a backend; how that went is asked for by {@link #isOver} */
    Suspicions(SerialScheduler loop, RandomGenerator random, Consumer<Backend> probe) {
        this.loop = loop;
        this.random = random;
        this.probe = probe;
    }

    /** A caller could not connect to {@code backend}. */
    void add(Backend backend) {
        if (looking.add(backend)) {
            Duration wait = SOONEST.plusNanos((long) (random.nextDouble() * MORE.toNanos()));
            var unused = loop.schedule(wait, () -> look(backend));
        }
    }

    /** A connect of ours has ended: whether it was to look into a suspicion. */
    boolean isOver(Backend backend) {
        return looking.remove(backend);
    }

    private void look(Backend backend) {
        if (backend.isSuspect(loop.nanoTime())) {
            probe.accept(backend);
        } else {
            looking.remove(backend); // somebody has connected since, or it is out already
        }
    }
}
