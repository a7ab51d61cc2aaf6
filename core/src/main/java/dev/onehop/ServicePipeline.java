package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejections;
import dev.onehop.health.HardEvidence;
import dev.onehop.health.Outcome;
import dev.onehop.health.Signal;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the loop for one Service port: view to route to eligible, outcomes to ejections to eligible. The one place that
 * writes; everybody else reads the snapshot it publishes by one volatile write.
 *
 * <p>Serial: its state is touched only by tasks on the loop. {@link #eligible}, {@link #view} and {@link #ended} are
 * shared: safe from any thread.
 */
final class ServicePipeline implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServicePipeline.class);

    private final Destination destination;
    private final Settings settings;
    private final SerialScheduler loop;
    private final String hostName;
    private final long bornNanos;
    private final AtomicReference<@Nullable ServiceView> newest = new AtomicReference<>();
    private final List<Consumer<Eligible>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Eligible> decided = new CompletableFuture<>();

    // Serial
    private final Map<BackendKey, Backend> backends = new HashMap<>();
    private Ejections ejections = Ejections.none();
    private Cancellable staleTimer = () -> {};
    private Cancellable returnTimer = () -> {};
    private boolean waiting = true;
    private boolean closed;

    // Published
    private volatile ServiceView view = new ServiceView.Unknown("the first answer has not arrived yet");
    private volatile Eligible eligible;
    private volatile Discovery.@Nullable Subscription subscription;

    ServicePipeline(Destination destination, Settings settings) {
        this.destination = destination;
        this.settings = settings;
        this.loop = settings.loop();
        this.hostName =
                destination.service().name() + "." + destination.service().namespace();
        this.bornNanos = loop.nanoTime();
        this.eligible = Eligible.nobody(new Decision.Wait("the first answer has not arrived yet"), null, 0);
    }

    /** Begins to follow the Service, or settles at once when Onehop stands down. */
    void start() {
        if (settings.standDown().isPresent()) {
            eligible = Eligible.nobody(settings.standDown().get(), null, 1);
            decided.complete(eligible);
            return;
        }
        loop.schedule(settings.initialWait(), this::stopWaiting);
        subscription = settings.discovery().subscribe(destination.service(), this::arrived);
    }

    Destination destination() {
        return destination;
    }

    /** The present snapshot. */
    Eligible eligible() {
        return eligible;
    }

    /** The view the present snapshot was made from. */
    ServiceView view() {
        return view;
    }

    /** Completes with the first snapshot that says what to do: at the latest when the initial wait is over. */
    CompletableFuture<Eligible> decided() {
        return decided;
    }

    /** How long ago the source told us anything; negative never. */
    Duration viewAge() {
        Discovery.Subscription source = subscription;
        long contact = source == null ? bornNanos : source.lastContactNanos();
        return Duration.ofNanos(Math.max(0, loop.nanoTime() - contact));
    }

    /** Calls {@code listener} with the present snapshot and every later one, on the loop, in order. */
    AutoCloseable listen(Consumer<Eligible> listener) {
        loop.execute(() -> {
            listeners.add(listener);
            notify(listener, eligible);
        });
        return () -> listeners.remove(listener);
    }

    /** Takes the ending of an attempt: counters at once, a verdict on the backend on the loop. */
    void ended(Backend backend, Outcome outcome, long startNanos) {
        backend.ended(outcome);
        if (outcome instanceof Outcome.Succeeded) {
            backend.hardEvidence().clear();
        } else if (outcome instanceof Outcome.Failed failed && failed.signal().isHard()) {
            if (backend.hardEvidence().add(failed.signal(), startNanos)) {
                loop.execute(() -> nominate(backend, failed.signal()));
            }
        }
    }

    @Override
    public void close() {
        Discovery.Subscription source = subscription;
        if (source != null) {
            source.close();
        }
        loop.execute(() -> {
            closed = true;
            staleTimer.cancel();
            returnTimer.cancel();
            listeners.clear();
        });
        decided.complete(eligible);
    }

    /** From the discovery's thread: only the newest view matters, so a burst costs one rebuild. */
    private void arrived(ServiceView next) {
        if (newest.getAndSet(next) == null) {
            loop.execute(this::takeNewest);
        }
    }

    private void takeNewest() {
        ServiceView next = newest.getAndSet(null);
        if (next != null) {
            view = next;
            republish();
        }
    }

    private void stopWaiting() {
        waiting = false;
        if (view instanceof ServiceView.Unknown) {
            republish();
        }
    }

    private void nominate(Backend backend, Signal signal) {
        if (backends.get(backend.key()) != backend) {
            return; // the backend has left since
        }
        double jitter = 0.8 + 0.4 * settings.random().nextDouble();
        String evidence = HardEvidence.ENOUGH + " hard failures in a row, the last " + signal;
        Ejections next = ejections.eject(backend.key(), evidence, backends.size(), loop.nanoTime(), jitter);
        if (next != ejections) {
            ejections = next;
            backend.hardEvidence().clear();
            log.info("{}: ejected {}: {}", destination, backend, evidence);
            republish();
        }
    }

    private void republish() {
        if (closed) {
            return;
        }
        long now = loop.nanoTime();
        Eligible before = eligible;
        Eligible next = next(view, before.version() + 1, now);
        eligible = next;
        scheduleReturn(now);
        scheduleStale(now);
        SnapshotLog.changed(log, destination, before, next);
        if (!(next.decision() instanceof Decision.Wait)) {
            decided.complete(next);
        }
        listeners.forEach(listener -> notify(listener, next));
    }

    private Eligible next(ServiceView from, long version, long now) {
        if (from instanceof ServiceView.Unknown unknown) {
            return waiting
                    ? Eligible.nobody(new Decision.Wait(unknown.why()), null, version)
                    : fallBack(FallbackReason.VIEW_UNKNOWN, Verdict.UNKNOWN, unknown.why(), null, version);
        }
        ServiceView.Known known = (ServiceView.Known) from;
        Route route = Route.of(
                destination,
                known.declaration(),
                known.slices(),
                settings.discovery().location(),
                settings.addressPolicy());
        if (from instanceof ServiceView.Stale stale
                && now - stale.sinceNanos() >= settings.maxStaleness().toNanos()) {
            keep(route);
            return fallBack(
                    FallbackReason.VIEW_TOO_OLD,
                    Verdict.UNKNOWN,
                    "no contact for " + settings.maxStaleness().toSeconds() + " s or more: " + stale.why(),
                    route,
                    version);
        }
        List<Backend> present = keep(route);
        ejections = ejections.at(now, backends.keySet());
        if (route instanceof Route.Backends set) {
            return Eligible.of(set, present, ejections, version);
        }
        if (route instanceof Route.NotProxied) {
            return fallBack(FallbackReason.NOT_PROXIED, Verdict.NOT_PROXIED, route.text(), route, version);
        }
        Verdict verdict = route instanceof Route.Drop ? Verdict.DROP : Verdict.REJECT;
        return Eligible.nobody(new Decision.Refuse(verdict, route.text()), route, version);
    }

    private Eligible fallBack(FallbackReason reason, Verdict verdict, String why, @Nullable Route route, long version) {
        Decision decision = settings.clusterIpFallback()
                ? new Decision.ClusterIp(reason, why)
                : new Decision.Refuse(verdict, why + " (falling back to the ClusterIP is switched off)");
        return Eligible.nobody(decision, route, version);
    }

    private void scheduleReturn(long now) {
        returnTimer.cancel();
        OptionalLong next = ejections.nextReturnNanos();
        if (next.isPresent()) {
            returnTimer = loop.schedule(Duration.ofNanos(next.getAsLong() - now), this::republish);
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
        } catch (RuntimeException e) {
            log.warn("{}: a listener failed; the pipeline goes on", destination, e);
        }
    }

    /**
     * One backend per routed endpoint, the same object as before where the endpoint is the same; those not routed to any
     * more are forgotten.
     */
    private List<Backend> keep(Route route) {
        if (!(route instanceof Route.Backends set)) {
            backends.clear();
            return List.of();
        }
        List<Backend> present = new ArrayList<>(set.endpoints().size());
        for (RoutedEndpoint endpoint : set.endpoints()) {
            Backend backend = backends.get(endpoint.key());
            if (backend == null) {
                backend = new Backend(endpoint, hostName);
                backends.put(endpoint.key(), backend);
            } else {
                backend.seen(endpoint.endpoint());
            }
            present.add(backend);
        }
        if (backends.size() > present.size()) {
            Set<Backend> stay = Collections.newSetFromMap(new IdentityHashMap<>(present.size()));
            stay.addAll(present);
            backends.values().removeIf(backend -> !stay.contains(backend));
        }
        return present;
    }
}
