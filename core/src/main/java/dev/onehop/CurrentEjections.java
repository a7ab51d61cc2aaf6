package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.health.Ejections;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Destination;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who of one Service port's backends is ejected now, and what else changes with that: evidence is forgotten, shares ramp
 * up, log and listeners are told.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class CurrentEjections {

    private static final Logger log = LoggerFactory.getLogger(FleetHealth.class);

    /** In a fleet so small, a backend that returns gets its full share at once. */
    private static final int TOO_SMALL_TO_RAMP = 2;

    private final Destination port;
    private final RoutedBackends backends;
    private final RandomGenerator random;
    private final Consumer<OnehopEvent> events;
    private Ejections now = Ejections.none();
    private Ejections told = Ejections.none();

    /**
     * @param port for the log and for events
     * @param events takes what has happened, to be told when picks see it
     */
    CurrentEjections(Destination port, RoutedBackends backends, RandomGenerator random, Consumer<OnehopEvent> events) {
        this.port = port;
        this.backends = backends;
        this.random = random;
        this.events = events;
    }

    Ejections now() {
        return now;
    }

    Optional<Ejection> of(Backend backend) {
        return now.of(backend.key());
    }

    /** Whether that has changed anything: limits may forbid it, or the backend has left since. */
    boolean eject(Backend backend, Kind kind, String evidence, long nowNanos) {
        if (!backends.contains(backend)) {
            return false;
        }
        Ejections next = now.eject(backend.key(), kind, evidence, backends.keys(), nowNanos, jitter());
        if (next == now) {
            return false;
        }
        now = next;
        backend.forgive();
        log.info("{}: ejected {}: {}", port, backend, evidence);
        return true;
    }

    void back(Backend backend, long nowNanos) {
        now = now.back(backend.key(), nowNanos);
        backend.forgive();
        if (backends.keys().size() > TOO_SMALL_TO_RAMP) {
            backend.returned(nowNanos);
        }
        log.info("{}: {} is back", port, backend);
    }

    /** Whether it may be tried earlier by this: an ejection for bad answers that began then. */
    boolean shortened(Backend backend, long outSinceNanos) {
        Ejections before = now;
        now = now.shortened(backend.key(), outSinceNanos);
        return now != before;
    }

    void onTrial(BackendKey key, long nowNanos) {
        now = now.onTrial(key, nowNanos);
    }

    void failedTrial(Backend backend, String evidence, long nowNanos) {
        now = now.failedTrial(backend.key(), evidence, nowNanos, jitter());
    }

    /** It was to be tried, and nobody knows how that went. */
    void lostTrial(Backend backend, long nowNanos) {
        now = now.lostTrial(backend.key(), nowNanos, jitter());
    }

    /** Whoever is out for bad answers is back. */
    void pardonSoft(long nowNanos) {
        now = now.pardonSoft(nowNanos);
    }

    /** Brings them up to a time and to the present backends. */
    void bringUpTo(long nowNanos) {
        now = now.at(nowNanos, backends.keys(), jitter());
    }

    /** Tells who has been ejected and who is back since the last time. */
    void tellChanges() {
        if (now != told) {
            backends.all().forEach(this::tellChange);
            told = now;
        }
    }

    private void tellChange(Backend backend) {
        Ejection ejection = of(backend).orElse(null);
        boolean before = told.of(backend.key()).isPresent();
        if (ejection != null && !before) {
            events.accept(new OnehopEvent.Ejected(port, backend, ejection.kind(), ejection.evidence()));
        } else if (ejection == null && before) {
            events.accept(new OnehopEvent.Returned(port, backend));
        }
    }

    private double jitter() {
        return 0.8 + 0.4 * random.nextDouble();
    }
}
