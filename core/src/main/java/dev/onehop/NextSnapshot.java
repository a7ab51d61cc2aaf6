package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.route.Destination;
import dev.onehop.route.HeadlessRoute;
import dev.onehop.route.Route;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.ServiceView;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the next snapshot of a Service port says: the view's route, less what health holds against its backends, or the
 * reason why the ClusterIP is to be used.
 *
 * <p>Serial: belongs to the pipeline's loop, for it brings backends and health up to the view.
 */
final class NextSnapshot {

    private static final Logger log = LoggerFactory.getLogger(ServicePipeline.class);

    private final Destination destination;
    private final Settings settings;
    private final RoutedBackends backends;
    private final FleetHealth health;
    private final LastResortChoice lastResort;
    private boolean failing;

    NextSnapshot(Destination destination, Settings settings, RoutedBackends backends, FleetHealth health) {
        this.destination = destination;
        this.settings = settings;
        this.backends = backends;
        this.health = health;
        this.lastResort = new LastResortChoice(settings, backends, health);
    }

    /**
     * The next snapshot; where making it fails, the last good one, or the ClusterIP when there is none.
     *
     * @param waiting whether attempts may still be told to wait for a first view
     */
    Eligible after(Eligible before, ServiceView view, boolean waiting, long nowNanos) {
        long version = before.version() + 1;
        try {
            Eligible next = of(view, waiting, version, nowNanos);
            failing = false;
            return next;
        } catch (RuntimeException e) {
            if (!failing) {
                log.error("{}: cannot route; the last snapshot stays", destination, e);
                failing = true;
            }
            return before.size() > 0
                    ? before
                    : fallBack(FallbackReason.VIEW_UNKNOWN, Verdict.UNKNOWN, "cannot route: " + e, view, null, version);
        }
    }

    private Eligible of(ServiceView view, boolean waiting, long version, long nowNanos) {
        if (view instanceof ServiceView.Unknown unknown) {
            return waiting
                    ? Eligible.nobody(new Decision.Wait(unknown.why()), view, null, version)
                    : fallBack(FallbackReason.VIEW_UNKNOWN, Verdict.UNKNOWN, unknown.why(), view, null, version);
        }
        ServiceView.Known known = (ServiceView.Known) view;
        Route route = lastResort.orLastResort(route(known), known, nowNanos);
        List<Backend> present = backends.keep(route);
        health.refresh(
                route instanceof Route.Backends set && set.affinityTimeout().isPresent(), nowNanos);
        Optional<Decision.ClusterIp> standDown = settings.standDown().look();
        if (standDown.isPresent()) {
            return Eligible.nobody(standDown.get(), view, route, version);
        }
        if (view instanceof ServiceView.Stale stale
                && nowNanos - stale.sinceNanos() >= settings.maxStaleness().toNanos()) {
            String why = "no contact for " + settings.maxStaleness().toSeconds() + " s or more: " + stale.why() + "; "
                    + route.text();
            return fallBack(FallbackReason.VIEW_TOO_OLD, Verdict.UNKNOWN, why, view, route, version);
        }
        if (route instanceof Route.Backends set) {
            boolean ramping = present.stream().anyMatch(backend -> backend.weight(nowNanos) < 1);
            return Eligible.of(view, set, present, health.ejections(), health.trials(), ramping, version);
        }
        return withoutBackends(view, route, version);
    }

    private Eligible withoutBackends(ServiceView view, Route route, long version) {
        if (route instanceof Route.NotProxied) {
            return fallBack(FallbackReason.NOT_PROXIED, Verdict.NOT_PROXIED, route.text(), view, route, version);
        }
        if (route instanceof Route.Reject
                && route.excluded().stream().anyMatch(each -> each.reason().isAddressPolicy())) {
            String why = route.text() + "; endpoints whose addresses are refused are not dialled (address policy)";
            return fallBack(FallbackReason.ADDRESS_REFUSED, Verdict.REJECT, why, view, route, version);
        }
        Verdict verdict = route instanceof Route.Drop ? Verdict.DROP : Verdict.REJECT;
        return Eligible.nobody(new Decision.Refuse(verdict, route.text()), view, route, version);
    }

    private Route route(ServiceView.Known known) {
        ClientLocation here = settings.discovery().location();
        AddressPolicy addresses = settings.addressPolicy();
        Destination meant = settings.family().applyTo(destination, known);
        return settings.headless()
                ? HeadlessRoute.of(meant, known.declaration(), known.slices(), here, addresses)
                : Route.of(meant, known.declaration(), known.slices(), here, addresses);
    }

    private Eligible fallBack(
            FallbackReason reason, Verdict verdict, String why, ServiceView view, @Nullable Route route, long version) {
        Decision decision = settings.clusterIpFallback()
                ? new Decision.ClusterIp(reason, why)
                : new Decision.Refuse(verdict, why + " (falling back to the ClusterIP is switched off)");
        return Eligible.nobody(decision, view, route, version);
    }
}
