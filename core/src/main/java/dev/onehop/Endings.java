package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Classifier;
import dev.onehop.health.Outcome;
import dev.onehop.health.Signal;
import dev.onehop.health.Trial;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes how attempts on one Service port ended: counts, gathers evidence, and nominates a backend where there is enough.
 * What becomes of it is decided on the loop, by {@link FleetHealth}.
 *
 * <p>Shared: safe from any thread. A success costs a counter and a volatile read or two.
 */
final class Endings {

    /** A caller that waits for less learns nothing about the backend when its patience ends (reliability 2.3). */
    private static final Duration FAIR_PATIENCE = Duration.ofMillis(100);

    private final Settings settings;
    private final FleetHealth health;
    private final Quarantine quarantine;
    private final Outage outage;
    private final Tally tally;
    private final Consumer<BooleanSupplier> onLoop;
    private final BooleanSupplier weighed;
    private final Runnable doubtFeedback;
    private final HeldConnections connections;

    /**
     * @param health touched on the loop only
     * @param quarantine takes refused certificates, on the loop only
     * @param outage told on the loop only
     * @param onLoop runs a change on the loop; where it says that something changed, picks are to see it
     * @param weighed whether the present snapshot says that picks are to look at shares; asked on the loop
     * @param doubtFeedback called once, when many attempts were opened and nobody has said how one went
     * @param connections those that clients keep open
     */
    Endings(
            Settings settings,
            FleetHealth health,
            Quarantine quarantine,
            Outage outage,
            Tally tally,
            Consumer<BooleanSupplier> onLoop,
            BooleanSupplier weighed,
            Runnable doubtFeedback,
            HeldConnections connections) {
        this.settings = settings;
        this.health = health;
        this.quarantine = quarantine;
        this.outage = outage;
        this.tally = tally;
        this.onLoop = onLoop;
        this.weighed = weighed;
        this.doubtFeedback = doubtFeedback;
        this.connections = connections;
    }

    /** The connections that clients keep open. */
    HeldConnections connections() {
        return connections;
    }

    /**
     * Another attempt is being opened, by a connection that stands.
     *
     * @param backend null for a fallback
     * @return the present time
     */
    long again(@Nullable Backend backend) {
        if (backend != null) {
            opened(backend);
        }
        return nanoTime();
    }

    /** What endings mean. */
    Classifier classifier() {
        return settings.classifier();
    }

    /** An attempt is being opened. */
    void opened(Backend backend) {
        backend.opened();
        if (tally.feedback().opened()) {
            doubtFeedback.run();
        }
    }

    /** A connection was made; the attempt goes on. */
    void connected(Backend backend) {
        backend.connected();
        if (backend.reach().connected(nanoTime()) && outage.isOn()) {
            onLoop.accept(() -> outage.reached(backend, nanoTime()));
        }
        tally.feedback().heard();
    }

    /** An attempt has ended. */
    void ended(Backend backend, Outcome outcome, long startNanos, @Nullable Trial trial) {
        backend.ended(outcome);
        if (trial != null) {
            onLoop.accept(() -> {
                health.tried(trial, outcome, nanoTime());
                return true;
            });
        }
        if (outcome instanceof Outcome.Succeeded) {
            tally.feedback().heard();
            backend.softEvidence().succeeded();
            backend.identity().shown(startNanos);
        } else if (outcome instanceof Outcome.Failed failed) {
            tally.feedback().heard();
            tally.count(failed.signal());
            failed(backend, failed, startNanos);
        }
    }

    private void failed(Backend backend, Outcome.Failed failed, long startNanos) {
        Signal signal = failed.signal();
        long nowNanos = nanoTime();
        switch (signal.evidence()) {
            case HARD -> {
                backend.suspect(nowNanos, settings.random().nextDouble());
                if (backend.reach().failed(nowNanos)) {
                    onLoop.accept(() -> outage.failed(backend, nowNanos));
                }
                if (backend.hardEvidence().add(signal, startNanos)) {
                    onLoop.accept(() -> health.failedToConnect(backend, signal, nanoTime()));
                } else if (signal != Signal.TLS_HANDSHAKE) { // which a bare connect knows nothing of
                    onLoop.accept(() -> health.suspected(backend));
                }
            }
            case IDENTITY -> {
                backend.identity().refused(nowNanos);
                backend.suspect(nowNanos, settings.random().nextDouble());
                onLoop.accept(() -> quarantine.refused(backend, failed.why(), nanoTime()));
            }
            case SOFT, RATE -> {
                backend.identity().shown(nowNanos);
                boolean unfair = signal == Signal.RESPONSE_TIMEOUT && nowNanos - startNanos < FAIR_PATIENCE.toNanos();
                String enough = unfair ? null : backend.softEvidence().add(signal);
                if (enough != null) {
                    onLoop.accept(() -> health.answeredBadly(backend, enough, nanoTime()));
                }
            }
            case NONE -> {
                if (signal == Signal.BUSY && backend.cool(failed.retryAfter(), nowNanos)) {
                    onLoop.accept(() -> !weighed.getAsBoolean());
                }
            }
        }
    }

    /** Why a refused certificate is probably our own trouble; empty where it is the backend's. */
    Optional<String> doubt() {
        return quarantine.doubt(nanoTime());
    }

    private long nanoTime() {
        return settings.loop().nanoTime();
    }
}
