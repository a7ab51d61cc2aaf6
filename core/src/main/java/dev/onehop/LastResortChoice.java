package dev.onehop;

import dev.onehop.health.Ejection;
import dev.onehop.route.BackendKey;
import dev.onehop.route.LastResortRoute;
import dev.onehop.route.Route;
import dev.onehop.route.RouteReason;
import dev.onehop.service.ServiceView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether connections that kube-proxy would refuse go to endpoints that are not ready, and to which (reliability 2.8,
 * tier 3). Ends with the first ready endpoint. Does nothing with {@link LastResort#NONE}.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class LastResortChoice {

    private final Settings settings;
    private final RoutedBackends backends;
    private final FleetHealth health;
    private final ReadyHistory history = new ReadyHistory();

    /** That most became unready together; holds until one is ready again. */
    private ReadyHistory.@Nullable Flip flip;

    LastResortChoice(Settings settings, RoutedBackends backends, FleetHealth health) {
        this.settings = settings;
        this.backends = backends;
        this.health = health;
    }

    /** {@code route} itself, or the last resort in place of its refusal. To be asked before its backends are taken over. */
    Route orLastResort(Route route, ServiceView.Known view, long nowNanos) {
        if (settings.lastResort() == LastResort.NONE) {
            return route;
        }
        if (route instanceof Route.NotProxied) {
            history.clear();
            flip = null;
            return route;
        }
        history.see(route, key -> isBlamed(key), nowNanos);
        if (route.counts().ready() > 0) {
            flip = null;
            return route;
        }
        if (flip == null) {
            flip = history.flippedTogether(nowNanos).orElse(null);
        }
        return route instanceof Route.Reject refused
                ? lastResort(refused, view).map(Route.class::cast).orElse(route)
                : route;
    }

    private Optional<Route.Backends> lastResort(Route.Reject refused, ServiceView.Known view) {
        boolean special =
                refused.excluded().stream().anyMatch(each -> each.reason().isAddressPolicy());
        if (refused.reason() != RouteReason.NONE_USABLE || special) {
            return Optional
                    .empty(); // nobody is listed; or there are some whom kube-proxy would use, and we do not dial
        }
        return why(view)
                .flatMap(why -> LastResortRoute.of(
                        refused,
                        view,
                        settings.discovery().location(),
                        settings.addressPolicy(),
                        history.trusted(),
                        why));
    }

    private Optional<String> why(ServiceView.Known view) {
        ReadyHistory.Flip together = flip;
        if (together != null) {
            return Optional.of(together.unready() + " of " + together.together()
                    + " that were ready together became unready within a minute; kube-proxy would refuse");
        }
        return view instanceof ServiceView.Stale
                ? Optional.of("they were ready before, and contact with the source is lost; kube-proxy would refuse")
                : Optional.empty();
    }

    /** Ejected for failed connects, or after the first of them. */
    private boolean isBlamed(BackendKey key) {
        boolean ejected = health.ejections()
                .of(key)
                .filter(ejection -> ejection.kind() != Ejection.Kind.SOFT)
                .isPresent();
        return ejected
                || backends.get(key)
                        .filter(backend -> !backend.hardEvidence().isEmpty())
                        .isPresent();
    }
}
