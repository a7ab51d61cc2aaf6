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
import org.jspecify.annotations.Nullable;

/**
 * The view of one Service, shared by everyone who follows it. Reads the Service and its EndpointSlices; where slices
 * are refused, v1 Endpoints beside them, until slices are allowed again.
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
    private Snapshot<Service> services = unread();
    private Snapshot<EndpointSlice> slices = unread();
    private @Nullable Snapshot<List<EndpointSlice>> endpoints;
    private volatile @Nullable Input servicesInput;
    private volatile @Nullable Input slicesInput;
    private volatile @Nullable Input endpointsInput;
    private ServiceView undoubted;
    private volatile ServiceView view;
    private volatile int size;
    private volatile int keptNow;
    private volatile long emptyLists;
    private volatile int foreign;
    private long listsSeen;
    private boolean limitTold;
    private boolean foreignTold;

    ServiceFeed(ServiceKey key, Inputs inputs, KeptEndpoints kept, long beganNanos, FeedLog log, SerialScheduler loop) {
        this.key = key;
        this.inputs = inputs;
        this.kept = kept;
        this.beganNanos = beganNanos;
        this.log = log;
        this.loop = loop;
        timers = new Timers<>(loop, Timer.class);
        undoubted = ServiceViews.view(key, services, slices, null);
        view = undoubted;
    }

    void start() {
        slicesInput = inputs.slices(key, snapshot -> {
            slices = used(snapshot);
            followEndpointsWhereSlicesAreRefused();
            update();
        });
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
        Input ofEndpoints = endpointsInput;
        Input ofSlices = ofEndpoints == null ? slicesInput : ofEndpoints;
        Input ofService = servicesInput;
        if (ofSlices == null || ofService == null) {
            return beganNanos;
        }
        long endpointsContact = ofSlices.lastContactNanos();
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
                foreign,
                present().stream().map(Input::status).toList());
    }

    /** Whether something waits for a moment to pass before it is told. */
    boolean isWaiting() {
        return !timers.isEmpty();
    }

    /** The slices that are used, once those that are not have been counted. */
    private Snapshot<EndpointSlice> used(Snapshot<CheckedSlice> read) {
        List<CheckedSlice> withForeign =
                read.objects().stream().filter(each -> each.foreign() > 0).toList();
        foreign = withForeign.stream().mapToInt(CheckedSlice::foreign).sum();
        if (foreign > 0 && !foreignTold) {
            foreignTold = true;
            log.foreign(foreign, withForeign.get(0).slice().name());
        }
        return new Snapshot<>(
                read.complete(),
                read.objects().stream()
                        .filter(CheckedSlice::accepted)
                        .map(CheckedSlice::slice)
                        .toList(),
                read.condition(),
                read.lastContactNanos(),
                read.lists());
    }

    private void followEndpointsWhereSlicesAreRefused() {
        Input following = endpointsInput;
        if (slices.complete()) {
            endpoints = null;
            if (following != null) {
                following.close();
                endpointsInput = null;
            }
        } else if (slices.condition().isRefused() && !inputs.endpointsWillDo()) {
            endpoints = new Snapshot<>(false, List.of(), slices.condition(), slices.lastContactNanos(), 0);
        } else if (slices.condition().isRefused() && following == null) {
            endpointsInput = inputs.endpoints(key, snapshot -> {
                endpoints = snapshot;
                update();
            });
        }
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
        ServiceView steady = steady(ServiceViews.view(key, services, slices, endpoints), now);
        ServiceView next = kept.doubted(steady);
        if (!next.equals(view)) {
            pace.told(now);
            log.changed(undoubted, steady, trouble());
            undoubted = steady;
            view = next;
            redeliver();
        }
    }

    /** The view without what is only a moment between two others. */
    private ServiceView steady(ServiceView told, long now) {
        if (!(told instanceof Known known)) {
            return told;
        }
        List<EndpointSlice> steady = kept.with(limited(known.slices()), isByList(), now);
        keptNow = kept.size();
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

    private boolean isByList() {
        long lists = slices.complete() || endpoints == null ? slices.lists() : endpoints.lists();
        boolean byList = lists != listsSeen;
        listsSeen = lists;
        return byList;
    }

    private static ServiceView replaced(Known known, List<EndpointSlice> slices) {
        return known instanceof Stale stale
                ? new Stale(stale.declaration(), slices, stale.sinceNanos(), stale.why())
                : new Live(known.declaration(), slices);
    }

    /** What keeps the view from being live, the endpoints' trouble first. */
    private Condition.Kind trouble() {
        Snapshot<?> second = endpoints == null ? services : endpoints;
        for (Snapshot<?> each : List.of(slices, second, services)) {
            Condition.Kind kind = each.condition().kind();
            if (kind != Condition.Kind.LIVE && kind != Condition.Kind.SYNCING) {
                return kind;
            }
        }
        return Condition.Kind.SYNCING;
    }

    private List<Input> present() {
        var present = new ArrayList<Input>(3);
        for (Input input : new Input[] {servicesInput, slicesInput, endpointsInput}) {
            if (input != null) {
                present.add(input);
            }
        }
        return present;
    }

    private static <T> Snapshot<T> unread() {
        return new Snapshot<>(false, List.of(), Condition.SYNCING, 0, 0);
    }
}
