package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.MonotonicClock;
import dev.onehop.health.Signal;
import dev.onehop.route.Destination;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Closes the loop for one Service port: view to route to eligible, outcomes to ejections to eligible. The one place that
 * writes; everybody else reads the snapshot it publishes by one volatile write.
 *
 * <p>Serial: its state is touched only by tasks on the loop. {@link #eligible}, {@link #close} and {@link #endings} are
 * shared: safe from any thread.
 */
final class ServicePipeline implements AutoCloseable {

    private final Destination destination;
    private final Settings settings;
    private final SerialScheduler loop;
    private final Outage outage;
    private final FleetHealth health;
    private final @Nullable ActiveChecks checks;
    private final NextSnapshot snapshots;
    private final Tally tally;
    private final HeldConnections connections;
    private final Endings endings;
    private final PortEvents events;
    private final FollowedSource source;
    private final NewestView newest = new NewestView();
    private final SnapshotListeners listeners;
    private final SnapshotTimers timers;
    private final FirstDecision first = new FirstDecision();

    // Serial
    private ServiceView view = UnroutedSnapshots.NOTHING_YET;

    // Published
    private volatile boolean closed;
    private volatile Eligible eligible;

    ServicePipeline(Destination destination, Settings settings) {
        this.destination = destination;
        this.settings = settings;
        this.loop = settings.loop();
        this.source = new FollowedSource(loop);
        String hostName =
                destination.service().name() + "." + destination.service().namespace();
        var quarantine = new Quarantine(destination, this::later);
        var backends = new RoutedBackends(
                hostName, new MonotonicClock(loop::nanoTime), quarantine, settings.rampNewBackends());
        this.tally = new Tally(backends::totals, quarantine::now);
        this.events = new PortEvents(destination, tally, settings.listeners());
        this.listeners = new SnapshotListeners(destination);
        this.outage = new Outage(destination, backends, settings.random(), events::later, loop.nanoTime());
        ActiveCheck check = settings.activeChecks().apply(destination).orElse(null);
        var checkup = new Checkup(settings.prober(), check);
        var connects = new OwnConnects(settings, checkup, this::isLetGo, this::probed);
        this.health = new FleetHealth(
                destination, backends, loop, outage, settings.random(), connects::trial, connects::look, events::later);
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
                new FeedbackDoubt(destination, loop, this::isLetGo, tally, events)::arises,
                connections);
        this.eligible = UnroutedSnapshots.beforeAll();
    }

    /** Begins to follow the Service, or settles at once when Onehop stands down. */
    void start() {
        Optional<Decision.ClusterIp> standDown = settings.standDown().look();
        if (standDown.isPresent()) {
            eligible = UnroutedSnapshots.standDown(standDown.get());
            first.settle(eligible);
            return;
        }
        first.await(loop, settings.initialWait(), this::waitedEnough);
        source.follow(settings.discovery(), destination.service(), this::arrived);
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
        return first.decided();
    }

    /** What has been counted on this port. */
    Tally tally() {
        return tally;
    }

    /** How often the source was found to have missed changes. */
    long divergences() {
        return source.divergences();
    }

    /** How long ago the source told us anything; empty while it has not told us all. */
    Optional<Duration> viewAge() {
        return source.age(eligible.view());
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

    /** Changes the health of the fleet on the loop; a new snapshot follows where something did change. */
    private void onLoop(BooleanSupplier change) {
        loop.execute(() -> {
            if (change.getAsBoolean()) {
                republish();
            }
        });
    }

    private void probed(Backend backend, @Nullable Signal failure) {
        onLoop(() -> health.probed(backend, failure, loop.nanoTime()));
    }

    /** Ends the watch; connections go to the ClusterIP from now on. Idempotent. */
    @Override
    public void close() {
        connections.stop();
        letGo();
        eligible = UnroutedSnapshots.closed();
        first.settle(eligible);
    }

    /** Whether the watch has ended. */
    boolean isLetGo() {
        return closed;
    }

    /** Ends the watch; the last snapshot stays for those who still hold it. Idempotent. */
    void letGo() {
        closed = true;
        source.end();
        first.end();
        loop.execute(() -> {
            connections.letGo();
            timers.cancel();
            if (checks != null) {
                checks.stop();
            }
            listeners.clear();
        });
    }

    /** From the discovery's thread. */
    private void arrived(ServiceView next) {
        if (newest.arrived(next, loop.nanoTime())) {
            loop.execute(this::takeNewest);
        }
    }

    private void takeNewest() {
        NewestView.Arrival next = newest.take();
        if (next != null) {
            view = next.view();
            republish();
            Duration took = Duration.ofNanos(Math.max(0, loop.nanoTime() - next.sinceNanos()));
            if (!closed) {
                events.tell(new OnehopEvent.ViewPublished(destination, eligible, took));
            }
        }
    }

    private void waitedEnough() {
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
        Eligible next = snapshots.after(before, view, first.isWaiting(), now);
        eligible = next;
        if (closed) {
            eligible = UnroutedSnapshots.closed(); // close() came in between
            return;
        }
        timers.follow(next, view, now);
        if (checks != null) {
            checks.follow(next, now);
        }
        connections.follow(next);
        SnapshotLog.changed(destination, before, next);
        listeners.tell(next);
        first.published(next);
        events.tellChanges(before, next);
    }
}
