package dev.onehop.http.netty;

import dev.onehop.route.BackendKey;
import dev.onehop.route.Excluded;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import java.util.EnumSet;
import java.util.Set;

/**
 * Whether a UDP flow stays on its backend, as a conntrack entry stays through kube-proxy's cleaning (R43): the entry goes
 * when its address and port are no longer an endpoint that serves. Ready, terminating, hints and traffic policy do not
 * count. A Service port at which nobody serves is skipped, and one that is not proxied is not looked at.
 *
 * <p>Pure function.
 */
final class FlowRule {

    /** Those left out of the route after the slices were merged: endpoints of the port all the same. */
    private static final Set<ExclusionReason> ENDPOINTS_OF_THE_PORT = EnumSet.of(
            ExclusionReason.NOT_READY,
            ExclusionReason.OTHER_NODE_HINT,
            ExclusionReason.OTHER_ZONE_HINT,
            ExclusionReason.TERMINATING,
            ExclusionReason.NOT_SERVING,
            ExclusionReason.NOT_LOCAL,
            ExclusionReason.LOCAL_TERMINATING);

    private FlowRule() {}

    /** Whether a flow on {@code backend} stays there now. */
    static boolean stays(BackendKey backend, Route route) {
        boolean somebodyServes = false;
        if (route instanceof Route.Backends set) {
            for (RoutedEndpoint each : set.endpoints()) {
                if (each.endpoint().isServing()) {
                    somebodyServes = true;
                    if (each.key().port() == backend.port() && each.key().ip().equals(backend.ip())) {
                        return true;
                    }
                }
            }
        }
        for (Excluded each : route.excluded()) {
            if (ENDPOINTS_OF_THE_PORT.contains(each.reason()) && each.endpoint().isServing()) {
                somebodyServes = true;
                if (each.port() == backend.port()
                        && backend.ip().equals(each.endpoint().ip())) {
                    return true;
                }
            }
        }
        return !somebodyServes;
    }
}
