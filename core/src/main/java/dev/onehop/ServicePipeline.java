package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.health.Classifier;
import dev.onehop.health.MonotonicClock;
import dev.onehop.health.Outcome;
import dev.onehop.health.Signal;
import dev.onehop.health.Trial;
import dev.onehop.route.Destination;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.HeadlessRoute;
import dev.onehop.route.Route;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the loop for one Service port: view to route to eligible, outcomes to ejections to eligible. The one place that
 * writes; everybody else reads the snapshot it publishes by one volatile write.
 *
 * <p>Serial: its state is touched only by tasks on the loop. {@link #eligible}, {@link #close} and {@link #ended} are
 * shared: safe from any thread.
 */
final class ServicePipeline implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServicePipeline.class);

    /** A caller that waits for less learns nothing about the backend when its patience ends (reliability 2.3). */
    private static final Duration FAIR_PATIENCE = Duration.ofMillis(100);

    /** How long feedback may be missing before that is worth a line: calls may take their time. */
    private static final Duration FEEDBACK_GRACE = Duration.ofSeconds(10);

    private static final ServiceView.Unknown NOTHING_YET =
            new ServiceView.Unknown("the first answer has not arrived yet");

    private final Destination destination;
    private final Settings settings;
    private final SerialScheduler loop;
    private final RoutedBackends backends;
    private final FleetHealth health;
    private final Tally tally;
    private final AtomicReference<@Nullable Arrival> newest = new AtomicReference<>();
    private final List<Consumer<Eligible>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Eligible> decided = new CompletableFuture<>();

    /** The newest view that no snapshot shows yet, and when the oldest of those came that it stands for. */
    private record Arrival(ServiceView view, long sinceNanos) {}

    // Serial
    private final List<OnehopEvent> happened = new ArrayList<>();
    private ServiceView view = NOTHING_YET;
    private volatile Cancellable waitTimer = () -> {};
    private Cancellable staleTimer = () -> {};
    private Cancellable healthTimer = () -> {};
    private boolean waiting = true;
    private boolean failing;

    // Published
    private volatile boolean closed;
    private volatile Eligible eligible;
    private volatile Discovery.@Nullable Subscription subscription;

    ServicePipeline(Destination destination, Settings settings) {
        this.destination = destination;
        this.settings = settings;
        this.loop = settings.loop();
        String hostName =
                destination.service().name() + "." + destination.service().namespace();
        this.backends = new RoutedBackends(hostName, new MonotonicClock(loop::nanoTime));
        this.health = new FleetHealth(destination, backends, settings.random(), this::probe, happened::add);
        this.tally = new Tally(backends::totals);
        this.eligible = Eligible.nobody(new Decision.Wait(NOTHING_YET.why()), NOTHING_YET, null, 0);
    }

    /** Begins to follow the Service, or settles at once when Onehop stands down. */
    void start() {
        Optional<Decision.ClusterIp> standDown = settings.standDown().look();
        if (standDown.isPresent()) {
            eligible = Eligible.nobody(standDown.get(), NOTHING_YET, null, 1);
            decided.complete(eligible);
            return;
        }
        waitTimer = loop.schedule(settings.initialWait(), this::stopWaiting);
        subscription = settings.discovery().subscribe(destination.service(), this::arrived);
    }

    Destination destination() {
        return destination;
    }

    /** The present snapshot. */
    Eligible eligible() {
        return eligible;
    }

    /** Completes with the first snapshot that says what to do: at the latest when the initial wait is over. */
    CompletableFuture<Eligible> decided() {
        return decided;
    }

    /** What has been counted on this port. */
    Tally tally() {
        return tally;
    }

    /** How often the source was found to have missed changes. */
    long divergences() {
        Discovery.Subscription source = subscription;
        return source == null ? 0 : source.divergences();
    }

    /** How long ago the source told us anything; empty while it has not told us all. */
    Optional<Duration> viewAge() {
        Discovery.Subscription source = subscription;
        return source != null && eligible.view() instanceof ServiceView.Known
                ? Optional.of(Duration.ofNanos(Math.max(0, loop.nanoTime() - source.lastContactNanos())))
                : Optional.empty();
    }

    /** Calls {@code listener} with the present snapshot and every later one, on the loop, in order. */
    Balancer.Listening listen(Consumer<Eligible> listener) {
        var open = new AtomicBoolean(true);
        Consumer<Eligible> whileOpen = snapshot -> {
            if (open.get()) {
                listener.accept(snapshot);
            }
        };
        loop.execute(() -> {
            if (open.get()) {
                listeners.add(whileOpen);
                notify(whileOpen, eligible);
            }
        });
        return () -> {
            open.set(false);
            listeners.remove(whileOpen);
        };
    }

    /** What endings of attempts mean. */
    Classifier classifier() {
        return settings.classifier();
    }

    /** Takes the ending of an attempt: counters and evidence at once, a verdict on the backend on the loop. */
    void ended(Backend backend, Outcome outcome, long startNanos, @Nullable Trial trial) {
        backend.ended(outcome);
        if (outcome instanceof Outcome.Succeeded) {
            tally.feedback().heard();
            backend.softEvidence().succeeded();
        } else if (outcome instanceof Outcome.Failed failed) {
            tally.feedback().heard();
            tally.count(failed.signal());
            failed(backend, failed.signal(), startNanos);
        }
        if (trial != null) {
            onLoop(() -> {
                health.tried(trial, outcome, loop.nanoTime());
                return true;
            });
        }
    }

    private void failed(Backend backend, Signal signal, long startNanos) {
        long nowNanos = loop.nanoTime();
        switch (signal.evidence()) {
            case HARD -> {
                backend.suspect(nowNanos, settings.random().nextDouble());
                if (backend.hardEvidence().add(signal, startNanos)) {
                    onLoop(() -> health.failedToConnect(backend, signal, loop.nanoTime()));
                }
            }
            case SOFT, RATE -> {
                boolean unfair = signal == Signal.RESPONSE_TIMEOUT && nowNanos - startNanos < FAIR_PATIENCE.toNanos();
                String enough = unfair ? null : backend.softEvidence().add(signal);
                if (enough != null) {
                    onLoop(() -> health.answeredBadly(backend, enough, loop.nanoTime()));
                }
            }
            case NONE -> {}
        }
    }

    /** Many attempts, and not a word: says so once, unless one comes while calls may still be running. */
    void doubtFeedback() {
        var unused = loop.schedule(FEEDBACK_GRACE, () -> {
            if (!closed && tally.isFeedbackMissing()) {
                log.warn(
                        "{}: {} attempts or more, and nobody has said how one of them went: nothing is learnt about these"
                                + " backends (is the adapter's feedback wired? see docs/adapters.md)",
                        destination,
                        Feedback.ENOUGH);
                tell(new OnehopEvent.FeedbackMissing(destination));
            }
        });
    }

    /** Changes the health of the fleet on the loop; a new snapshot follows where something did change. */
    private void onLoop(BooleanSupplier change) {
        loop.execute(() -> {
            if (change.getAsBoolean()) {
                republish();
            }
        });
    }

    private void probe(Backend backend, Duration timeout) {
        settings.prober()
                .connect(backend.address(), timeout)
                .whenComplete((connected, failure) -> onLoop(() -> {
                    health.probed(backend, failure == null, loop.nanoTime());
                    return true;
                }));
    }

    /** Ends the watch; connections go to the ClusterIP from now on. Idempotent. */
    @Override
    public void close() {
        retire();
        eligible = closedSnapshot();
        decided.complete(eligible);
    }

    private static Eligible closedSnapshot() {
        Decision ended = new Decision.ClusterIp(FallbackReason.SWITCHED_OFF, "Onehop is closed");
        return Eligible.nobody(ended, NOTHING_YET, null, Long.MAX_VALUE);
    }

    /** Whether the watch has ended. */
    boolean isRetired() {
        return closed;
    }

    /** Ends the watch; the last snapshot stays for those who still hold it. Idempotent. */
    void retire() {
        closed = true;
        Discovery.Subscription source = subscription;
        if (source != null) {
            source.close();
        }
        waitTimer.cancel();
        loop.execute(() -> {
            staleTimer.cancel();
            healthTimer.cancel();
            listeners.clear();
        });
    }

    /** From the discovery's thread: only the newest view matters, so a burst costs one rebuild. */
    private void arrived(ServiceView next) {
        long nowNanos = loop.nanoTime();
        Arrival before =
                newest.getAndUpdate(earlier -> new Arrival(next, earlier == null ? nowNanos : earlier.sinceNanos));
        if (before == null) {
            loop.execute(this::takeNewest);
        }
    }

    private void takeNewest() {
        Arrival next = newest.getAndSet(null);
        if (next != null) {
            view = next.view;
            republish();
            Duration took = Duration.ofNanos(Math.max(0, loop.nanoTime() - next.sinceNanos));
            if (!closed) {
                tell(new OnehopEvent.ViewPublished(destination, eligible, took));
            }
        }
    }

    private void stopWaiting() {
        waiting = false;
        if (view instanceof ServiceView.Unknown) {
            republish();
        }
    }

    private void republish() {
        if (closed) {
            return;
        }
        long now = loop.nanoTime();
        Eligible before = eligible;
        Eligible next = nextOrLast(before, now);
        eligible = next;
        if (closed) {
            eligible = closedSnapshot(); // close() came in between
            return;
        }
        scheduleHealth(next, now);
        scheduleStale(now);
        SnapshotLog.changed(log, destination, before, next);
        listeners.forEach(listener -> notify(listener, next));
        if (!(next.decision() instanceof Decision.Wait) && !decided.isDone()) {
            decided.completeAsync(() -> next); // not here: what callers do next must not hold up the loop
        }
        tellChanges(before, next);
    }

    /** Everything that has led to a snapshot, now that picks see it. */
    private void tellChanges(Eligible before, Eligible next) {
        if (!SnapshotLog.isSame(before.decision(), next.decision())) {
            happened.add(new OnehopEvent.DecisionChanged(destination, before.decision(), next.decision()));
        }
        if (next.view() instanceof ServiceView.Stale stale && !(before.view() instanceof ServiceView.Stale)) {
            happened.add(new OnehopEvent.ViewStale(destination, stale.why()));
        } else if (next.view() instanceof ServiceView.Live && !(before.view() instanceof ServiceView.Live)) {
            happened.add(new OnehopEvent.ViewLive(destination));
        }
        List<OnehopEvent> now = List.copyOf(happened);
        happened.clear();
        now.forEach(this::tell);
    }

    private void tell(OnehopEvent event) {
        tally.count(event);
        settings.listeners().tell(event);
    }

    /** The next snapshot; where making it fails, the last good one, or the ClusterIP when there is none. */
    private Eligible nextOrLast(Eligible before, long now) {
        try {
            Eligible next = next(view, before.version() + 1, now);
            failing = false;
            return next;
        } catch (RuntimeException e) {
            if (!failing) {
                log.error("{}: cannot route; the last snapshot stays", destination, e);
                failing = true;
            }
            return before.size() > 0
                    ? before
                    : fallBack(
                            FallbackReason.VIEW_UNKNOWN,
                            Verdict.UNKNOWN,
                            "cannot route: " + e,
                            null,
                            before.version() + 1);
        }
    }

    private Eligible next(ServiceView from, long version, long now) {
        if (from instanceof ServiceView.Unknown unknown) {
            return waiting
                    ? Eligible.nobody(new Decision.Wait(unknown.why()), from, null, version)
                    : fallBack(FallbackReason.VIEW_UNKNOWN, Verdict.UNKNOWN, unknown.why(), null, version);
        }
        ServiceView.Known known = (ServiceView.Known) from;
        Route route = route(known);
        List<Backend> present = backends.keep(route);
        health.refresh(
                route instanceof Route.Backends set && set.affinityTimeout().isPresent(), now);
        Optional<Decision.ClusterIp> standDown = settings.standDown().look();
        if (standDown.isPresent()) {
            return Eligible.nobody(standDown.get(), from, route, version);
        }
        if (from instanceof ServiceView.Stale stale
                && now - stale.sinceNanos() >= settings.maxStaleness().toNanos()) {
            String why = "no contact for " + settings.maxStaleness().toSeconds() + " s or more: " + stale.why() + "; "
                    + route.text();
            return fallBack(FallbackReason.VIEW_TOO_OLD, Verdict.UNKNOWN, why, route, version);
        }
        if (route instanceof Route.Backends set) {
            boolean ramping = present.stream().anyMatch(backend -> backend.weight(now) < 1);
            return Eligible.of(from, set, present, health.ejections(), health.trials(), ramping, version);
        }
        if (route instanceof Route.NotProxied) {
            return fallBack(FallbackReason.NOT_PROXIED, Verdict.NOT_PROXIED, route.text(), route, version);
        }
        if (route instanceof Route.Reject
                && route.excluded().stream().anyMatch(each -> each.reason() == ExclusionReason.SPECIAL_ADDRESS)) {
            String why = route.text() + "; endpoints with special addresses are not dialled (address policy)";
            return fallBack(FallbackReason.ADDRESS_REFUSED, Verdict.REJECT, why, route, version);
        }
        Verdict verdict = route instanceof Route.Drop ? Verdict.DROP : Verdict.REJECT;
        return Eligible.nobody(new Decision.Refuse(verdict, route.text()), from, route, version);
    }

    private Route route(ServiceView.Known known) {
        ClientLocation here = settings.discovery().location();
        AddressPolicy addresses = settings.addressPolicy();
        Destination meant = settings.family().applyTo(destination, known);
        return settings.headless()
                ? HeadlessRoute.of(meant, known.declaration(), known.slices(), here, addresses)
                : Route.of(meant, known.declaration(), known.slices(), here, addresses);
    }

    private Eligible fallBack(FallbackReason reason, Verdict verdict, String why, @Nullable Route route, long version) {
        Decision decision = settings.clusterIpFallback()
                ? new Decision.ClusterIp(reason, why)
                : new Decision.Refuse(verdict, why + " (falling back to the ClusterIP is switched off)");
        return Eligible.nobody(decision, view, route, version);
    }

    private void scheduleHealth(Eligible published, long now) {
        healthTimer.cancel();
        OptionalLong next = health.nextNanos(now);
        long wait = next.isPresent() ? next.getAsLong() - now : Long.MAX_VALUE;
        if (published.isRamping()) {
            wait = Math.min(wait, Backend.RAMP_NANOS); // until then, every snapshot says that shares still grow
        }
        if (wait < Long.MAX_VALUE && published.size() > 0) {
            healthTimer = loop.schedule(Duration.ofNanos(wait), this::republish);
        }
    }

    private void scheduleStale(long now) {
        staleTimer.cancel();
        if (view instanceof ServiceView.Stale stale) {
            Duration left = settings.maxStaleness().minusNanos(now - stale.sinceNanos());
            if (!left.isNegative() && !left.isZero()) {
                staleTimer = loop.schedule(left, this::republish);
            }
        }
    }

    private void notify(Consumer<Eligible> listener, Eligible snapshot) {
        try {
            listener.accept(snapshot);
        } catch (RuntimeException | Error e) {
            log.warn("{}: a listener failed; the pipeline goes on", destination, e);
        }
    }
}
