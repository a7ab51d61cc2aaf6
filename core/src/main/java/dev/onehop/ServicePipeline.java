package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.health.MonotonicClock;
import dev.onehop.health.Signal;
import dev.onehop.route.Destination;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
 * <p>Serial: its state is touched only by tasks on the loop. {@link #eligible}, {@link #close} and {@link #endings} are
 * shared: safe from any thread.
 */
final class ServicePipeline implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServicePipeline.class);

    /** How long feedback may be missing before that is worth a line: calls may take their time. */
    private static final Duration FEEDBACK_GRACE = Duration.ofSeconds(10);

    private static final ServiceView.Unknown NOTHING_YET =
            new ServiceView.Unknown("the first answer has not arrived yet");

    private final Destination destination;
    private final Settings settings;
    private final SerialScheduler loop;
    private final Outage outage;
    private final FleetHealth health;
    private final Checkup checkup;
    private final @Nullable ActiveChecks checks;
    private final NextSnapshot snapshots;
    private final Tally tally;
    private final HeldConnections connections;
    private final Endings endings;
    private final PortEvents events;
    private final AtomicReference<@Nullable Arrival> newest = new AtomicReference<>();
    private final SnapshotListeners listeners;
    private final SnapshotTimers timers;
    private final CompletableFuture<Eligible> decided = new CompletableFuture<>();

    /** The newest view that no snapshot shows yet, and when the oldest of those came that it stands for. */
    private record Arrival(ServiceView view, long sinceNanos) {}

    // Serial
    private ServiceView view = NOTHING_YET;
    private volatile Cancellable waitTimer = () -> {};
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
        var quarantine = new Quarantine(destination, this::later);
        var backends = new RoutedBackends(
                hostName, new MonotonicClock(loop::nanoTime), quarantine, settings.rampNewBackends());
        this.tally = new Tally(backends::totals, quarantine::now);
        this.events = new PortEvents(destination, tally, settings.listeners());
        this.listeners = new SnapshotListeners(destination);
        this.outage = new Outage(destination, backends, settings.random(), events::later, loop.nanoTime());
        this.health = new FleetHealth(
                destination, backends, loop, outage, settings.random(), this::probe, this::look, events::later);
        ActiveCheck check = settings.activeChecks().apply(destination).orElse(null);
        this.checkup = new Checkup(settings.prober(), check);
        this.checks =
                check == null ? null : new ActiveChecks(destination, settings, health, check, checkup, this::onLoop);
        this.snapshots = new NextSnapshot(destination, settings, backends, health);
        this.timers = new SnapshotTimers(loop, settings.maxStaleness(), health::nextNanos, this::republish);
        this.connections = new HeldConnections(
                loop,
                settings.random(),
                settings.closing(),
                settings.maxConnectionAge(),
                this::eligible,
                outage::isOn,
                tally::count);
        this.endings = new Endings(
                settings,
                health,
                quarantine,
                outage,
                tally,
                this::onLoop,
                () -> eligible().isRamping(),
                this::doubtFeedback,
                connections);
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

    private void later(OnehopEvent event) {
        events.later(event);
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
        return listeners.add(listener, loop, this::eligible);
    }

    /** Whether most of its backends refuse. */
    Outage outage() {
        return outage;
    }

    /** What takes the endings of attempts on this port. */
    Endings endings() {
        return endings;
    }

    /** The connections that clients keep open. */
    HeldConnections connections() {
        return connections;
    }

    /** Many attempts, and not a word: says so once, unless one comes while calls may still be running. */
    private void doubtFeedback() {
        var unused = loop.schedule(FEEDBACK_GRACE, () -> {
            if (!closed && tally.isFeedbackMissing()) {
                log.warn(
                        "{}: {} attempts or more, and nobody has said how one of them went: nothing is learnt about these"
                                + " backends (is the adapter's feedback wired? see docs/adapters.md)",
                        destination,
                        Feedback.ENOUGH);
                events.tell(new OnehopEvent.FeedbackMissing(destination));
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
        if (!closed) {
            ended(backend, checkup.trial(backend, timeout));
        }
    }

    private void look(Backend backend, Duration timeout) {
        if (!closed) {
            ended(backend, settings.prober().connect(backend.address(), timeout));
        }
    }

    private void ended(Backend backend, CompletionStage<?> probe) {
        probe.whenComplete((connected, failure) -> {
            Signal signal = failure == null ? null : settings.classifier().ofFailure(AsyncConnect.bare(failure));
            onLoop(() -> health.probed(backend, signal, loop.nanoTime()));
        });
    }

    /** Ends the watch; connections go to the ClusterIP from now on. Idempotent. */
    @Override
    public void close() {
        connections.stop();
        letGo();
        eligible = closedSnapshot();
        decided.complete(eligible);
    }

    private static Eligible closedSnapshot() {
        Decision ended = new Decision.ClusterIp(FallbackReason.SWITCHED_OFF, "Onehop is closed");
        return Eligible.nobody(ended, NOTHING_YET, null, Long.MAX_VALUE);
    }

    /** Whether the watch has ended. */
    boolean isLetGo() {
        return closed;
    }

    /** Ends the watch; the last snapshot stays for those who still hold it. Idempotent. */
    void letGo() {
        closed = true;
        Discovery.Subscription source = subscription;
        if (source != null) {
            source.close();
        }
        waitTimer.cancel();
        loop.execute(() -> {
            connections.letGo();
            timers.cancel();
            if (checks != null) {
                checks.stop();
            }
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
                events.tell(new OnehopEvent.ViewPublished(destination, eligible, took));
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
        timers.follow(next, view, now);
        if (checks != null) {
            checks.follow(next, now);
        }
        connections.follow(next);
        SnapshotLog.changed(log, destination, before, next);
        listeners.tell(next);
        if (!(next.decision() instanceof Decision.Wait) && !decided.isDone()) {
            decided.completeAsync(() -> next); // not here: what callers do next must not hold up the loop
        }
        events.tellChanges(before, next);
    }

    /** The next snapshot; where making it fails, the last good one, or the ClusterIP when there is none. */
    private Eligible nextOrLast(Eligible before, long now) {
        try {
            Eligible next = snapshots.of(view, waiting, before.version() + 1, now);
            failing = false;
            return next;
        } catch (RuntimeException e) {
            if (!failing) {
                log.error("{}: cannot route; the last snapshot stays", destination, e);
                failing = true;
            }
            return before.size() > 0 ? before : snapshots.unroutable(e, view, before.version() + 1);
        }
    }
}
