package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.health.Ejections;
import dev.onehop.health.HardEvidence;
import dev.onehop.health.Outcome;
import dev.onehop.health.Outliers;
import dev.onehop.health.Recalls;
import dev.onehop.health.Signal;
import dev.onehop.health.Trial;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Destination;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who of one Service port's backends is out, and how they come back. Evidence nominates; the fleet's limits and its
 * shared fate decide (reliability 2.4 to 2.7).
 *
 * <p>Serial: touched only by tasks on the pipeline's loop. Nothing here blocks: probes are asked for, and their answers
 * come as calls.
 */
final class FleetHealth {

    private static final Logger log = LoggerFactory.getLogger(FleetHealth.class);

    /** How long a connect of ours may take that nobody waits for. */
    static final Duration PROBE = Duration.ofSeconds(1);

    /** What its answer may take to reach the loop. */
    private static final Duration ANSWER = Duration.ofMillis(250);

    /** In a fleet so small, a backend that returns gets its full share at once. */
    private static final int TOO_SMALL_TO_RAMP = 2;

    private final Destination port;
    private final RoutedBackends backends;
    private final Outage outage;
    private final RandomGenerator random;
    private final BiConsumer<Backend, Duration> probe;
    private final BiConsumer<Backend, Duration> look;
    private final Consumer<OnehopEvent> events;
    private final Suspicions suspicions;
    private final ProbeBudget budget;
    private final Panic panic;
    private final SoftTrials trials = new SoftTrials();
    private Ejections ejections = Ejections.none();
    private Ejections told = Ejections.none();
    private boolean postponed;

    /**
     * @param port for the log and for events
     * @param loop for its time, and to look into suspicions
     * @param probe asks for a connect to a backend; its end is told to {@link #probed}
     * @param look asks for a bare connect to a suspect; its end is told to {@link #probed}, too
     * @param events takes what has happened, to be told when picks see it
     */
    FleetHealth(
            Destination port,
            RoutedBackends backends,
            SerialScheduler loop,
            Outage outage,
            RandomGenerator random,
            BiConsumer<Backend, Duration> probe,
            BiConsumer<Backend, Duration> look,
            Consumer<OnehopEvent> events) {
        this.port = port;
        this.events = events;
        this.backends = backends;
        this.outage = outage;
        this.random = random;
        this.probe = probe;
        this.look = look;
        this.panic = new Panic(port, backends, events);
        this.budget = new ProbeBudget(loop.nanoTime());
        this.suspicions = new Suspicions(loop, random, backend -> lookInto(backend, loop.nanoTime()));
    }

    Ejections ejections() {
        return ejections;
    }

    /** Where requests may go to try backends that were ejected for bad answers. */
    List<Trial> trials() {
        return trials.open();
    }

    /** Connects to {@code backend} failed, often enough. */
    boolean failedToConnect(Backend backend, Signal last, long nowNanos) {
        return eject(backend, Kind.HARD, HardEvidence.ENOUGH + " hard failures in a row, the last " + last, nowNanos);
    }

    /** The answers of {@code backend} were bad, often enough to look at the others as well. */
    boolean answeredBadly(Backend backend, String evidence, long nowNanos) {
        if (!backends.contains(backend)) {
            return false;
        }
        panic.nominated(backend.key(), nowNanos);
        if (pardonInPanic(nowNanos)) {
            return true;
        }
        return Outliers.is(backend, backends.all()) && eject(backend, Kind.SOFT, evidence, nowNanos);
    }

    /** Checks of ours failed, often enough. */
    boolean checksFailed(Backend backend, Kind kind, String evidence, long nowNanos) {
        return eject(backend, kind, evidence, nowNanos);
    }

    /** Checks of ours passed, often enough: a backend that is out for bad answers may be tried earlier. */
    boolean checksPassed(Backend backend, long outSinceNanos) {
        Ejections before = ejections;
        ejections = ejections.shortened(backend.key(), outSinceNanos);
        return ejections != before;
    }

    /** A caller could not connect to {@code backend}, once. Gives false: picks see suspicion without a snapshot. */
    boolean suspected(Backend backend) {
        if (backends.contains(backend) && backends.keys().size() > 1) {
            suspicions.add(backend);
        }
        return false;
    }

    private void lookInto(Backend backend, long nowNanos) {
        if (backends.contains(backend) && budget.take(nowNanos)) {
            backend.staySuspect(nowNanos, nowNanos + PROBE.plus(ANSWER).toNanos());
            look.accept(backend, PROBE);
        } else {
            suspicions.isOver(backend);
        }
    }

    /**
     * How the connect that was asked for went.
     *
     * @param failure what its failure means; null when it stood
     * @return whether that has changed anything
     */
    boolean probed(Backend backend, @Nullable Signal failure, long nowNanos) {
        boolean looked = suspicions.isOver(backend);
        boolean ours = failure == Signal.LOCAL_EXHAUSTION;
        boolean refused = failure != null && failure.isHard();
        if (!refused) {
            budget.giveBack();
        }
        if (!backends.contains(backend)) {
            return false;
        }
        boolean news = !ours && outage.probed(backend, !refused, nowNanos);
        Ejection now = ejections.of(backend.key()).orElse(null);
        if (now != null && now.onTrial() && now.kind() == Kind.HARD) {
            trialEnded(backend, failure, nowNanos);
            return true;
        }
        if (!looked || now != null || ours) {
            return news;
        }
        if (!refused) {
            backend.connected();
            return news;
        }
        boolean out = eject(backend, Kind.HARD, "a caller could not connect, nor could we: " + failure, nowNanos);
        return news || out;
    }

    /** Where the connect stood, but a check failed that was to pass, it is a bad answer, and no more than that. */
    private void trialEnded(Backend backend, @Nullable Signal failure, long nowNanos) {
        BackendKey key = backend.key();
        if (failure == Signal.LOCAL_EXHAUSTION) {
            ejections = ejections.lostTrial(key, nowNanos, jitter());
        } else if (failure != null && failure.isHard()) {
            ejections = ejections.failedTrial(key, "still does not accept connections", nowNanos, jitter());
        } else {
            back(backend, nowNanos);
            if (failure != null) {
                eject(backend, Kind.SOFT, "accepts connections, but a check of ours failed: " + failure, nowNanos);
            }
        }
    }

    /** How a request went that was sent to try a backend. */
    void tried(Trial trial, Outcome outcome, long nowNanos) {
        Backend backend = trial.backend();
        switch (trials.tried(trial, outcome)) {
            case WELL -> back(backend, nowNanos);
            case BADLY -> {
                trials.end(backend.key());
                ejections = ejections.failedTrial(backend.key(), "on trial: " + words(outcome), nowNanos, jitter());
            }
            case NONE -> {}
        }
    }

    private static String words(Outcome outcome) {
        return outcome instanceof Outcome.Failed failed ? failed.signal().toString() : outcome.toString();
    }

    /**
     * Brings all of it up to a time and to the present backends: the limits hold, lost trials are over, and those whose
     * time is up are tried.
     *
     * @param sticky whether the Service asks for session affinity: then no request is sent elsewhere for a trial, and
     *     those ejected for bad answers simply return
     */
    void refresh(boolean sticky, long nowNanos) {
        ejections = ejections.at(nowNanos, backends.keys(), jitter());
        pardonInPanic(nowNanos);
        trials.endLost(ejections, backends)
                .forEach(backend -> events.accept(new OnehopEvent.TrialLeaked(port, backend)));
        Recalls recalls = outage.look(ejections, nowNanos);
        outage.failing().forEach(each -> eject(each, Kind.HARD, "a connect failed, as to most others", nowNanos));
        postponed = false;
        for (BackendKey key : ejections.due(backends.keys(), recalls, nowNanos)) {
            Backend backend = backends.get(key).orElseThrow();
            Kind kind = ejections.of(key).orElseThrow().kind();
            if (kind == Kind.SOFT && sticky) {
                back(backend, nowNanos);
            } else if (kind == Kind.HARD && !budget.take(nowNanos)) {
                postponed = true;
            } else {
                ejections = ejections.onTrial(key, nowNanos);
                recalls.over(key);
                if (kind == Kind.HARD) {
                    probe.accept(backend, PROBE);
                } else {
                    trials.begin(backend);
                }
            }
        }
        if (ejections != told) {
            backends.all().forEach(this::tellChange);
            told = ejections;
        }
    }

    private void tellChange(Backend backend) {
        Ejection now = ejections.of(backend.key()).orElse(null);
        boolean before = told.of(backend.key()).isPresent();
        if (now != null && !before) {
            events.accept(new OnehopEvent.Ejected(port, backend, now.kind(), now.evidence()));
        } else if (now == null && before) {
            events.accept(new OnehopEvent.Returned(port, backend));
        }
    }

    /** When {@link #refresh} has something to do next. */
    OptionalLong nextNanos(long nowNanos) {
        OptionalLong next = outage.sooner(ejections.nextNanos(nowNanos), nowNanos);
        if (!postponed) {
            return next;
        }
        long left = budget.nextNanos(nowNanos) - nowNanos;
        return OptionalLong.of(nowNanos + Math.min(left, next.isPresent() ? next.getAsLong() - nowNanos : left));
    }

    private boolean eject(Backend backend, Kind kind, String evidence, long nowNanos) {
        if (!backends.contains(backend)) {
            return false; // it has left since
        }
        Ejections next = ejections.eject(backend.key(), kind, evidence, backends.keys(), nowNanos, jitter());
        if (next == ejections) {
            return false;
        }
        ejections = next;
        backend.forgive();
        log.info("{}: ejected {}: {}", port, backend, evidence);
        return true;
    }

    private void back(Backend backend, long nowNanos) {
        trials.end(backend.key());
        ejections = ejections.back(backend.key(), nowNanos);
        backend.forgive();
        if (backends.keys().size() > TOO_SMALL_TO_RAMP) {
            backend.returned(nowNanos);
        }
        log.info("{}: {} is back", port, backend);
    }

    /** Whether there is panic; then whoever is out for bad answers is back. */
    private boolean pardonInPanic(long nowNanos) {
        boolean on = panic.isOn(nowNanos);
        if (on) {
            ejections = ejections.pardonSoft(nowNanos);
            trials.endAll();
        }
        return on;
    }

    private double jitter() {
        return 0.8 + 0.4 * random.nextDouble();
    }
}
