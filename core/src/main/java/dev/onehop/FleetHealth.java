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

/**
 * Who of one Service port's backends is out, and how they come back. Evidence nominates; the fleet's limits and its
 * shared fate decide (reliability 2.4 to 2.7).
 *
 * <p>Serial: touched only by tasks on the pipeline's loop. Nothing here blocks: probes are asked for, and their answers
 * come as calls.
 */
final class FleetHealth {

    /** How long a connect of ours may take that nobody waits for. */
    static final Duration PROBE = Duration.ofSeconds(1);

    private final Destination port;
    private final RoutedBackends backends;
    private final Outage outage;
    private final BiConsumer<Backend, Duration> probe;
    private final Consumer<OnehopEvent> events;
    private final Suspicions suspicions;
    private final ProbeBudget budget;
    private final Panic panic;
    private final CurrentEjections ejections;
    private final SoftTrials trials = new SoftTrials();
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
        this.probe = probe;
        this.ejections = new CurrentEjections(port, backends, random, events);
        this.panic = new Panic(port, backends, events);
        this.budget = new ProbeBudget(loop.nanoTime());
        this.suspicions = new Suspicions(loop, random, backends, budget, look);
    }

    Ejections ejections() {
        return ejections.now();
    }

    /** Where requests may go to try backends that were ejected for bad answers. */
    List<Trial> trials() {
        return trials.open();
    }

    /** Connects to {@code backend} failed, often enough. */
    boolean failedToConnect(Backend backend, Signal last, long nowNanos) {
        return ejections.eject(
                backend, Kind.HARD, HardEvidence.ENOUGH + " hard failures in a row, the last " + last, nowNanos);
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
        return Outliers.is(backend, backends.all()) && ejections.eject(backend, Kind.SOFT, evidence, nowNanos);
    }

    /** Checks of ours failed, often enough. */
    boolean checksFailed(Backend backend, Kind kind, String evidence, long nowNanos) {
        return ejections.eject(backend, kind, evidence, nowNanos);
    }

    /** Checks of ours passed, often enough: a backend that is out for bad answers may be tried earlier. */
    boolean checksPassed(Backend backend, long outSinceNanos) {
        return ejections.shortened(backend, outSinceNanos);
    }

    /** A caller could not connect to {@code backend}, once. Gives false: picks see suspicion without a snapshot. */
    boolean suspected(Backend backend) {
        if (backends.contains(backend) && backends.keys().size() > 1) {
            suspicions.add(backend);
        }
        return false;
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
        Ejection now = ejections.of(backend).orElse(null);
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
        boolean out =
                ejections.eject(backend, Kind.HARD, "a caller could not connect, nor could we: " + failure, nowNanos);
        return news || out;
    }

    /** Where the connect stood, but a check failed that was to pass, it is a bad answer, and no more than that. */
    private void trialEnded(Backend backend, @Nullable Signal failure, long nowNanos) {
        if (failure == Signal.LOCAL_EXHAUSTION) {
            ejections.lostTrial(backend, nowNanos);
        } else if (failure != null && failure.isHard()) {
            ejections.failedTrial(backend, "still does not accept connections", nowNanos);
        } else {
            back(backend, nowNanos);
            if (failure != null) {
                ejections.eject(
                        backend, Kind.SOFT, "accepts connections, but a check of ours failed: " + failure, nowNanos);
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
                ejections.failedTrial(backend, "on trial: " + words(outcome), nowNanos);
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
        ejections.bringUpTo(nowNanos);
        pardonInPanic(nowNanos);
        trials.endLost(ejections.now(), backends)
                .forEach(backend -> events.accept(new OnehopEvent.TrialLeaked(port, backend)));
        Recalls recalls = outage.look(ejections.now(), nowNanos);
        outage.failing()
                .forEach(each -> ejections.eject(each, Kind.HARD, "a connect failed, as to most others", nowNanos));
        postponed = false;
        for (BackendKey key : ejections.now().due(backends.keys(), recalls, nowNanos)) {
            Backend backend = backends.get(key).orElseThrow();
            Kind kind = ejections.of(backend).orElseThrow().kind();
            if (kind == Kind.SOFT && sticky) {
                back(backend, nowNanos);
            } else if (kind == Kind.HARD && !budget.take(nowNanos)) {
                postponed = true;
            } else {
                ejections.onTrial(key, nowNanos);
                recalls.over(key);
                if (kind == Kind.HARD) {
                    probe.accept(backend, PROBE);
                } else {
                    trials.begin(backend);
                }
            }
        }
        ejections.tellChanges();
    }

    /** When {@link #refresh} has something to do next. */
    OptionalLong nextNanos(long nowNanos) {
        OptionalLong next = outage.sooner(ejections.now().nextNanos(nowNanos), nowNanos);
        if (!postponed) {
            return next;
        }
        long left = budget.nextNanos(nowNanos) - nowNanos;
        return OptionalLong.of(nowNanos + Math.min(left, next.isPresent() ? next.getAsLong() - nowNanos : left));
    }

    private void back(Backend backend, long nowNanos) {
        trials.end(backend.key());
        ejections.back(backend, nowNanos);
    }

    /** Whether there is panic; then whoever is out for bad answers is back. */
    private boolean pardonInPanic(long nowNanos) {
        boolean on = panic.isOn(nowNanos);
        if (on) {
            ejections.pardonSoft(nowNanos);
            trials.endAll();
        }
        return on;
    }
}
