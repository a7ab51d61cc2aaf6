package dev.onehop;

import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Signal;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What one Service port has counted since it came into use. Totals only grow, whoever of the backends leaves. Got from
 * {@link Balancer#tally}; live, so every read is a present one.
 *
 * <p>Shared: safe from any thread. The sums over backends are made by the reader, so that calls do not pay for them.
 */
public final class Tally {

    private final Supplier<AttemptTotals> attempts;
    private final Feedback feedback = new Feedback();
    private final Counters<Signal> failures = new Counters<>(Signal.class);
    private final Counters<FallbackReason> fallbacks = new Counters<>(FallbackReason.class);
    private final Counters<Verdict> refusals = new Counters<>(Verdict.class);
    private final Counters<Ejection.Kind> ejections = new Counters<>(Ejection.Kind.class);
    private final Supplier<Map<Backend, String>> quarantined;
    private final LongAdder quarantines = new LongAdder();
    private final LongAdder trustDoubts = new LongAdder();
    private final LongAdder failovers = new LongAdder();
    private final LongAdder failoversRefused = new LongAdder();
    private final Counters<Retirement> retirements = new Counters<>(Retirement.class);
    private final LongAdder hedges = new LongAdder();
    private final LongAdder returns = new LongAdder();
    private final LongAdder panics = new LongAdder();
    private final LongAdder lastResorts = new LongAdder();
    private final LongAdder trialsLeaked = new LongAdder();
    private final LongAdder outages = new LongAdder();
    private volatile boolean panicking;
    private volatile boolean out;

    Tally(Supplier<AttemptTotals> attempts, Supplier<Map<Backend, String>> quarantined) {
        this.attempts = attempts;
        this.quarantined = quarantined;
    }

    /** Attempts opened on backends. */
    public long started() {
        return attempts.get().started();
    }

    /** Attempts that succeeded. */
    public long succeeded() {
        return attempts.get().succeeded();
    }

    /** Attempts that failed. */
    public long failed() {
        return attempts.get().failed();
    }

    /** Attempts their callers gave up. */
    public long abandoned() {
        return attempts.get().abandoned();
    }

    /** Attempts open now; off by a few while attempts come and go. */
    public long inFlight() {
        return attempts.get().inFlight();
    }

    /** Failed attempts that said {@code signal} of their backend. */
    public long failed(Signal signal) {
        return failures.of(signal);
    }

    /** Connections that went to the ClusterIP for this reason. */
    public long fallbacks(FallbackReason reason) {
        return fallbacks.of(reason);
    }

    /** Connections that were refused by this verdict. */
    public long refusals(Verdict verdict) {
        return refusals.of(verdict);
    }

    /** Dials that went on to another backend after a failed one. */
    public long failovers() {
        return failovers.sum();
    }

    /** Dials that did not go on, for the Service's retry budget was spent, or most of its backends refuse. */
    public long failoversRefused() {
        return failoversRefused.sum();
    }

    /** Dials begun beside a slow one. */
    public long hedges() {
        return hedges.sum();
    }

    /** Connections that clients had kept open and that were retired for this reason. */
    public long retirements(Retirement why) {
        return retirements.of(why);
    }

    /** Active checks of backends that passed; those on trial are checked, too. None where no check was asked for. */
    public long checksPassed() {
        return attempts.get().checksPassed();
    }

    /** Active checks of backends that failed, or did not end in time. */
    public long checksFailed() {
        return attempts.get().checksFailed();
    }

    /** Backends that were ejected by this kind of evidence; failed trials of a return do not count again. */
    public long ejections(Ejection.Kind kind) {
        return ejections.of(kind);
    }

    /** Backends that are not used, for their certificates are not accepted, and why in words that are safe to print. */
    public Map<Backend, String> quarantined() {
        return quarantined.get();
    }

    /** Backends that were set aside for their certificates. */
    public long quarantines() {
        return quarantines.sum();
    }

    /** How often so many certificates were not accepted that it was our own trust configuration. */
    public long trustDoubts() {
        return trustDoubts.sum();
    }

    /** Ejected backends that came back. */
    public long returns() {
        return returns.sum();
    }

    /** How often so many backends answered badly that none was to be ejected for it. */
    public long panics() {
        return panics.sum();
    }

    /** Whether that is so now. */
    public boolean isPanicking() {
        return panicking;
    }

    /** How often connections began to go to endpoints that are not ready; whether they do now is in the snapshot. */
    public long lastResorts() {
        return lastResorts.sum();
    }

    /** How often connects to so many backends failed that it was not them one by one (reliability 2.5). */
    public long outages() {
        return outages.sum();
    }

    /** Whether that is so now. */
    public boolean isInOutage() {
        return out;
    }

    /** Requests sent to try an ejected backend that were not ended in time. */
    public long trialsLeaked() {
        return trialsLeaked.sum();
    }

    /** Whether a hundred attempts or more were opened, and nobody has ever said how one of them went. */
    public boolean isFeedbackMissing() {
        return feedback.isMissing();
    }

    Feedback feedback() {
        return feedback;
    }

    void count(Signal signal) {
        failures.increment(signal);
    }

    void count(FallbackReason reason) {
        fallbacks.increment(reason);
    }

    void count(Retirement why) {
        retirements.increment(why);
    }

    void count(Verdict refusal) {
        refusals.increment(refusal);
    }

    void countFailover(boolean made) {
        (made ? failovers : failoversRefused).increment();
    }

    void countHedge() {
        hedges.increment();
    }

    void count(OnehopEvent event) {
        if (event instanceof OnehopEvent.Ejected ejected) {
            ejections.increment(ejected.kind());
        } else if (event instanceof OnehopEvent.Returned) {
            returns.increment();
        } else if (event instanceof OnehopEvent.Quarantined) {
            quarantines.increment();
        } else if (event instanceof OnehopEvent.TrustDoubted) {
            trustDoubts.increment();
        } else if (event instanceof OnehopEvent.PanicBegan) {
            panics.increment();
            panicking = true;
        } else if (event instanceof OnehopEvent.PanicEnded) {
            panicking = false;
        } else if (event instanceof OnehopEvent.LastResortBegan) {
            lastResorts.increment();
        } else if (event instanceof OnehopEvent.OutageBegan) {
            outages.increment();
            out = true;
        } else if (event instanceof OnehopEvent.OutageEnded) {
            out = false;
        } else if (event instanceof OnehopEvent.TrialLeaked) {
            trialsLeaked.increment();
        }
    }

    /** Connections that went to the ClusterIP, by reason; reasons that never occurred are left out. */
    Map<FallbackReason, Long> fallbacks() {
        return fallbacks.occurred();
    }

    /** Connections that were refused by any verdict. */
    long refusals() {
        return refusals.sum();
    }
}
