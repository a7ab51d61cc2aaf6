package dev.onehop.eligible;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejections;
import dev.onehop.health.Trial;
import dev.onehop.route.Route;
import dev.onehop.route.Scope;
import dev.onehop.service.ServiceView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The backends a connection may go to right now, in tiers: first those not ejected, then the ejected ones. Made by the
 * pipeline whenever view or health changes; read by pick policies. Never empty while the route has backends: when health
 * would empty it, health is ignored and {@link #failedOpen()} is true.
 *
 * <p>Immutable.
 */
public final class Eligible {

    private static final Backend[] NOBODY = {};
    private static final Trial[] NO_TRIALS = {};

    private final Decision decision;
    private final ServiceView view;
    private final @Nullable Route route;
    private final Backend[] backends;
    private final int size;
    private final Ejections ejections;
    private final Optional<Duration> affinityTimeout;
    private final boolean failedOpen;
    private final Trial[] trials;
    private final boolean ramping;
    private final long version;

    private Eligible(
            Decision decision,
            ServiceView view,
            @Nullable Route route,
            Backend[] backends,
            int size,
            Ejections ejections,
            Optional<Duration> affinityTimeout,
            boolean failedOpen,
            Trial[] trials,
            boolean ramping,
            long version) {
        this.decision = decision;
        this.view = view;
        this.route = route;
        this.backends = backends;
        this.size = size;
        this.ejections = ejections;
        this.affinityTimeout = affinityTimeout;
        this.failedOpen = failedOpen;
        this.trials = trials;
        this.ramping = ramping;
        this.version = version;
    }

    /** Nobody to pick, for the reason {@code decision} gives; {@code route} is null when no view was complete. */
    public static Eligible nobody(Decision decision, ServiceView view, @Nullable Route route, long version) {
        return new Eligible(
                decision, view, route, NOBODY, 0, Ejections.none(), Optional.empty(), false, NO_TRIALS, false, version);
    }

    /** The backends of a route, those not ejected first, where nobody is on trial or ramping. */
    public static Eligible of(
            ServiceView view, Route.Backends route, List<Backend> backends, Ejections ejections, long version) {
        return of(view, route, backends, ejections, List.of(), false, version);
    }

    /**
     * The backends of a route, those not ejected first.
     *
     * @param backends one per endpoint of {@code route}, not empty, without duplicates
     * @param trials backends that are ejected, but may be sent a request to try them
     * @param ramping whether a backend is to get less than its share for now
     * @param version grows with every snapshot of one Service port
     */
    public static Eligible of(
            ServiceView view,
            Route.Backends route,
            List<Backend> backends,
            Ejections ejections,
            List<Trial> trials,
            boolean ramping,
            long version) {
        var ordered = new Backend[backends.size()];
        int healthy = 0;
        int last = ordered.length;
        for (Backend backend : backends) {
            if (ejections.size() > 0 && ejections.of(backend.key()).isPresent()) {
                ordered[--last] = backend;
            } else {
                ordered[healthy++] = backend;
            }
        }
        int size = healthy == 0 ? ordered.length : healthy;
        return new Eligible(
                Decision.PICK,
                view,
                route,
                ordered,
                size,
                ejections,
                route.affinityTimeout(),
                healthy == 0,
                trials.toArray(NO_TRIALS),
                ramping,
                version);
    }

    /** What becomes of a connection now; {@link Decision.Pick} exactly when {@link #size()} is not 0. */
    public Decision decision() {
        return decision;
    }

    /** How many backends may be picked. */
    public int size() {
        return size;
    }

    /** How many backends there are, those that are ejected included. */
    public int total() {
        return backends.length;
    }

    /**
     * A backend that may be picked.
     *
     * @param index 0 to {@link #size()} - 1
     */
    public Backend backend(int index) {
        return backends[index];
    }

    /** All backends that may be picked. */
    public List<Backend> backends() {
        return Collections.unmodifiableList(Arrays.asList(backends).subList(0, size));
    }

    /** The backends that may not be picked because they are ejected. */
    public List<Backend> ejected() {
        return Collections.unmodifiableList(Arrays.asList(backends).subList(size, backends.length));
    }

    /** The ejection of a backend of this snapshot, if it is ejected. */
    public Optional<Ejection> ejection(Backend backend) {
        return ejections.of(backend.key());
    }

    /** Whether every backend is ejected, and so all are used. */
    public boolean failedOpen() {
        return failedOpen;
    }

    /** Whether those who may be picked are the last resort, which kube-proxy would not use (reliability 2.8, tier 3). */
    public boolean isLastResort() {
        return size > 0 && route instanceof Route.Backends set && set.scope() == Scope.LAST_RESORT;
    }

    /** A place to try an ejected backend with one request, now taken by the caller; null when there is none. */
    public @Nullable Trial takeTrial() {
        for (Trial trial : trials) {
            if (trial.take()) {
                return trial;
            }
        }
        return null;
    }

    /** Whether a backend is to get less than its share for now: it is back, new, or has asked for less. */
    public boolean isRamping() {
        return ramping;
    }

    /** How long a chosen backend is remembered, when the Service asks for session affinity (R30). */
    public Optional<Duration> affinityTimeout() {
        return affinityTimeout;
    }

    /** The view this was made from. */
    public ServiceView view() {
        return view;
    }

    /** The route this was made from; empty while no complete view has arrived. */
    public Optional<Route> route() {
        return Optional.ofNullable(route);
    }

    /** Grows with every snapshot of one Service port. */
    public long version() {
        return version;
    }

    /** Whether {@code backend}, this very object, may be picked. */
    public boolean contains(Backend backend) {
        for (int i = 0; i < size; i++) {
            if (backends[i] == backend) {
                return true;
            }
        }
        return false;
    }

    /**
     * What is left for a failover: the same without backends already tried, and the ejected ones when all others were
     * tried (reliability 2.8, tier 1).
     *
     * @return empty when every backend was tried
     */
    public Optional<Eligible> without(Collection<Backend> tried) {
        List<Backend> left = new ArrayList<>(backends());
        left.removeAll(tried);
        if (left.isEmpty()) {
            left.addAll(ejected());
            left.removeAll(tried);
        }
        if (left.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Eligible(
                decision,
                view,
                route,
                left.toArray(Backend[]::new),
                left.size(),
                ejections,
                affinityTimeout,
                failedOpen,
                NO_TRIALS,
                ramping,
                version));
    }
}
