package dev.onehop.route;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.TrafficPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who of a Service port's endpoints may be picked: R20-R24.
 *
 * <p>Pure functions.
 */
final class TrafficPolicies {

    private TrafficPolicies() {}

    static Choice choice(
            TrafficPolicy policy, List<RoutedEndpoint> endpoints, EndpointCounts counts, ClientLocation here) {
        return policy == TrafficPolicy.LOCAL ? local(endpoints) : cluster(endpoints, counts, here);
    }

    /** Ready ones everywhere, as topology has it; terminating ones only if none is ready anywhere. */
    private static Choice cluster(List<RoutedEndpoint> endpoints, EndpointCounts counts, ClientLocation here) {
        if (counts.ready() == 0) {
            return new Choice(Scope.TERMINATING, routed -> unready(routed.endpoint(), null));
        }
        Topology topology = Topology.of(endpoints, here);
        return new Choice(
                topology.scope(),
                routed -> routed.endpoint().isReady()
                        ? topology.objection(routed.endpoint())
                        : unready(routed.endpoint(), ExclusionReason.TERMINATING));
    }

    /** The same on this node alone, hints ignored: terminating ones if none is ready here, whoever is elsewhere. */
    private static Choice local(List<RoutedEndpoint> endpoints) {
        boolean anyReady = false;
        for (RoutedEndpoint routed : endpoints) {
            anyReady |= routed.local() && routed.endpoint().isReady();
        }
        Scope scope = anyReady ? Scope.LOCAL : Scope.LOCAL_TERMINATING;
        return new Choice(scope, routed -> {
            Endpoint endpoint = routed.endpoint();
            ExclusionReason objection = endpoint.isReady() ? null : unready(endpoint, null);
            if (objection != null) {
                return objection;
            }
            if (!routed.local()) {
                return ExclusionReason.NOT_LOCAL;
            }
            return endpoint.isReady() || scope == Scope.LOCAL_TERMINATING ? null : ExclusionReason.LOCAL_TERMINATING;
        });
    }

    /**
     * Why an endpoint that is not ready is left out.
     *
     * @param ofTerminating what is held against one that still serves while it shuts down; null when nothing is
     */
    private static @Nullable ExclusionReason unready(Endpoint endpoint, @Nullable ExclusionReason ofTerminating) {
        if (!endpoint.isTerminating()) {
            return ExclusionReason.NOT_READY;
        }
        return endpoint.isServing() ? ofTerminating : ExclusionReason.NOT_SERVING;
    }

    /**
     * A policy's choice.
     *
     * @param scope how the backends are chosen, if any are left
     * @param rule what is held against an endpoint
     */
    record Choice(Scope scope, Rule rule) {}

    /** One question, asked about every endpoint. */
    interface Rule {
        /** Why {@code endpoint} is left out, or null when it may be picked. */
        @Nullable ExclusionReason objection(RoutedEndpoint endpoint);
    }
}
