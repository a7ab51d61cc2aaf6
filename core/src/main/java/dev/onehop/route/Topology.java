package dev.onehop.route;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which hints are honoured: R21. Decided over ready endpoints only, all or nothing: one ready endpoint without the hint
 * switches it off for everybody, and so does the lack of any hint for us.
 *
 * <p>Immutable.
 *
 * @param scope {@link Scope#SAME_NODE}, {@link Scope#SAME_ZONE}, or {@link Scope#ALL_READY} when no hint is honoured
 * @param name the node or zone that hints must name, {@code ""} when none need
 */
record Topology(Scope scope, String name) {

    private static final Topology NONE = new Topology(Scope.ALL_READY, "");

    static Topology of(List<RoutedEndpoint> endpoints, ClientLocation here) {
        String node = here.node();
        String zone = here.zone() == null ? "" : here.zone();
        boolean allHaveNodes = true;
        boolean allHaveZones = true;
        boolean oneForNode = false;
        boolean oneForZone = false;
        for (RoutedEndpoint routed : endpoints) {
            Endpoint endpoint = routed.endpoint();
            if (!endpoint.isReady()) {
                continue;
            }
            allHaveNodes &= !endpoint.nodeHints().isEmpty();
            allHaveZones &= !endpoint.zoneHints().isEmpty();
            if (!allHaveNodes && !allHaveZones) {
                return NONE;
            }
            oneForNode = oneForNode || (node != null && endpoint.nodeHints().contains(node));
            oneForZone = oneForZone || endpoint.zoneHints().contains(zone);
        }
        if (allHaveNodes && oneForNode && node != null) {
            return new Topology(Scope.SAME_NODE, node);
        }
        return allHaveZones && oneForZone ? new Topology(Scope.SAME_ZONE, zone) : NONE;
    }

    /** Why a ready endpoint is not for us, or null when it is. */
    @Nullable ExclusionReason objection(Endpoint endpoint) {
        if (scope == Scope.SAME_NODE) {
            return endpoint.nodeHints().contains(name) ? null : ExclusionReason.OTHER_NODE_HINT;
        }
        if (scope == Scope.SAME_ZONE) {
            return endpoint.zoneHints().contains(name) ? null : ExclusionReason.OTHER_ZONE_HINT;
        }
        return null;
    }
}
