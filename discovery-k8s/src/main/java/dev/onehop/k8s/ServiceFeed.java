package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The view of one Service, shared by everyone who follows it: what is read of the Service and of its endpoints ({@link
 * EndpointSource}), added up.
 *
 * <p>Views are told at once, but for three short waits: no more than fifty a second ({@link Pace}), an endpoint that
 * vanishes without having terminated ({@link KeptEndpoints}), a port that is renamed ({@link RenamedPort}).
 *
 * <p>Serial: touched only on the discovery's loop, except the accessors.
 */
final class ServiceFeed {

    private enum Timer {
        PACE,
        KEPT,
        RENAMED_PORT
    }

    private final ServiceKey key;
    private final Inputs inputs;
    private final long beganNanos;
    private final FeedLog log;
    private final SerialScheduler loop;
    private final Timers<Timer> timers;
    private final Pace pace = new Pace();
    private final KeptEndpoints kept;
    private final RenamedPort renamed = new RenamedPort();
    private final List<Consumer<ServiceView>> followers = new ArrayList<>();
    private final EndpointSource source;
    private Snapshot<Service> services = Snapshot.unread();
    private volatile @Nullable Input servicesInput;
    private ServiceView undoubted;
    private volatile ServiceView view;
    private volatile int size;
    private volatile int keptNow;
    private volatile boolean keepsEmptied;
    private volatile long emptyLists;
    private boolean limitTold;

    ServiceFeed(ServiceKey key, Inputs inputs, KeptEndpoints kept, long beganNanos, FeedLog log, SerialScheduler loop) {
        this.key = key;
        this.inputs = inputs;
        this.kept = kept;
        this.beganNanos = beganNanos;
        this.log = log;
        this.loop = loop;
        timers = new Timers<>(loop, Timer.class);
        source = new EndpointSource(key, inputs, log, this::update);
        undoubted = read();
        view = undoubted;
    }

    void start() {
        source.start();
        servicesInput = inputs.service(key, snapshot -> {
            if (!isFailedRetryOfRefused(snapshot)) {
                services = snapshot;
                update();
            }
        });
    }

    /** A refusal stands until a list completes: a retry that fails otherwise says nothing about what we may read. */
    private boolean isFailedRetryOfRefused(Snapshot<Service> next) {
        return !services.complete()
                && services.condition().isRefused()
                && !next.complete()
                && !next.condition().isRefused();
    }

    /** Tells {@code follower} the present view and every later one. */
    void add(Consumer<ServiceView> follower) {
        followers.add(follower);
        size = followers.size();
        follower.accept(view);
    }

    /** Whether nobody follows any more. */
    boolean remove(Consumer<ServiceView> follower) {
        followers.remove(follower);
        size = followers.size();
        return followers.isEmpty();
    }

    /** Tells everybody the present view again. */
    void redeliver() {
        List.copyOf(followers).forEach(follower -> follower.accept(view));
    }

    void resync() {
        present().forEach(Input::resync);
    }

    void close() {
        present().forEach(Input::close);
        followers.clear();
        timers.cancelAll();
        log.close();
    }

    /** The older of the last contacts about the Service and about its endpoints. From any thread. */
    long lastContactNanos() {
        Input ofEndpoints = source.input();
        Input ofService = servicesInput;
        if (ofEndpoints == null || ofService == null) {
            return beganNanos;
        }
        long endpointsContact = ofEndpoints.lastContactNanos();
        boolean unreadable =
                view instanceof ServiceView.Known known && known.declaration() instanceof ServiceDeclaration.Unreadable;
        long serviceContact = unreadable ? endpointsContact : ofService.lastContactNanos();
        return serviceContact - endpointsContact < 0 ? serviceContact : endpointsContact;
    }

    /** From any thread. */
    FeedStatus status() {
        return new FeedStatus(
                key,
                view.getClass().getSimpleName(),
                size,
                keptNow,
                emptyLists,
                source.foreign(),
                present().stream().map(Input::status).toList());
    }

    /** Whether endpoints stay that a whole list says to be gone, all of them. From any thread. */
    boolean keepsEmptied() {
        return keepsEmptied;
    }

    /** Whether something waits for a moment to pass before it is told. */
    boolean isWaiting() {
        return !timers.isEmpty();
    }

    private void update() {
        if (timers.isSet(Timer.PACE)) {
            return; // what has changed is in the view that is told then
        }
        long now = loop.nanoTime();
        Duration wait = pace.untilNext(now);
        if (!wait.isZero()) {
            timers.set(Timer.PACE, wait, this::update);
            return;
        }
        ServiceView steady = steady(read(), now);
        ServiceView next = kept.doubted(steady);
        if (!next.equals(view)) {
            pace.told(now);
            log.changed(undoubted, steady, trouble());
            undoubted = steady;
            view = next;
            redeliver();
        }
    }

    private ServiceView read() {
        return ServiceViews.view(key, services, source.slices(), source.endpoints());
    }

    /** The view without what is only a moment between two others. */
    private ServiceView steady(ServiceView told, long now) {
        if (!(told instanceof Known known)) {
            return told;
        }
        List<EndpointSlice> steady = kept.with(limited(known.slices()), source.isByList(), now);
        keptNow = kept.size();
        keepsEmptied = kept.keepsEmptied();
        if (emptyLists != kept.emptyLists()) {
            emptyLists = kept.emptyLists();
            log.emptied(keptNow, kept.emptied());
        }
        timers.cancelAll();
        OptionalLong end = kept.nextNanos();
        if (end.isPresent()) {
            timers.set(Timer.KEPT, Duration.ofNanos(end.getAsLong() - now), this::update);
        }
        ServiceView next = replaced(known, steady);
        if (renamed.waits(undoubted, next, now)) {
            timers.set(Timer.RENAMED_PORT, renamed.left(now), this::update);
            return undoubted;
        }
        return next;
    }

    private List<EndpointSlice> limited(List<EndpointSlice> listed) {
        if (!limitTold && EndpointLimit.isExceeded(listed)) {
            limitTold = true;
            log.limited(listed);
        }
        return EndpointLimit.apply(listed);
    }

    private static ServiceView replaced(Known known, List<EndpointSlice> slices) {
        return known instanceof Stale stale
                ? new Stale(stale.declaration(), slices, stale.sinceNanos(), stale.why())
                : new Live(known.declaration(), slices);
    }

    /** What keeps the view from being live, the endpoints' trouble first. */
    private Condition.Kind trouble() {
        Snapshot<?> endpoints = source.endpoints();
        Snapshot<?> second = endpoints == null ? services : endpoints;
        for (Snapshot<?> each : List.of(source.slices(), second, services)) {
            Condition.Kind kind = each.condition().kind();
            if (kind != Condition.Kind.LIVE && kind != Condition.Kind.SYNCING) {
                return kind;
            }
        }
        return Condition.Kind.SYNCING;
    }

    private List<Input> present() {
        return Stream.concat(Stream.ofNullable(servicesInput), source.followed())
                .toList();
    }
}
