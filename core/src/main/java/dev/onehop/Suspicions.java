package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.BiConsumer;
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

    /** What an answer may take to reach the loop. */
    private static final Duration ANSWER = Duration.ofMillis(250);

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final RoutedBackends backends;
    private final ProbeBudget budget;
    private final BiConsumer<Backend, Duration> look;
    private final Set<Backend> looking = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @param budget pays for what is asked for
     * @param look asks for a bare connect to a backend; how that went is asked for by {@link #isOver}
     */
    Suspicions(
            SerialScheduler loop,
            RandomGenerator random,
            RoutedBackends backends,
            ProbeBudget budget,
            BiConsumer<Backend, Duration> look) {
        this.loop = loop;
        this.random = random;
        this.backends = backends;
        this.budget = budget;
        this.look = look;
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
        long now = loop.nanoTime();
        if (backend.isSuspect(now) && backends.contains(backend) && budget.take(now)) {
            backend.staySuspect(now, now + FleetHealth.PROBE.plus(ANSWER).toNanos());
            look.accept(backend, FleetHealth.PROBE);
        } else {
            looking.remove(backend); // somebody has connected since, it is out or gone already, or we have asked enough
        }
    }
}
