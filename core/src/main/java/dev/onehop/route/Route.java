package dev.onehop.route;

import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceDeclaration;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What kube-proxy would do here with a connection to a Service port. Made from one view of the Service; the set of
 * {@link Backends} is a hard border that no later stage widens. Every endpoint not in it is in {@link #excluded()} with
 * the rule that left it out. The one exception is {@link Scope#LAST_RESORT}, for those who asked for it.
 *
 * <p>Immutable.
 */
public sealed interface Route {

    /**
     * Applies the rules R1-R35 for ClusterIP traffic. A pure function: equal arguments give equal routes, whatever the
     * order of {@code slices}.
     *
     * @param slices the Service's, in any order; slices of others are skipped and reported
     */
    static Route of(
            Destination destination,
            ServiceDeclaration declaration,
            Collection<EndpointSlice> slices,
            ClientLocation here,
            AddressPolicy addresses) {
        return Routing.route(destination, declaration, slices, here, addresses);
    }

    /** What the destination turned out to mean. */
    Resolved resolved();

    /** The Service port's endpoints by condition; all zero for {@link NotProxied}, which looks at none. */
    EndpointCounts counts();

    /** Every endpoint of the slices that is not a backend; empty for {@link NotProxied}, which looks at none. */
    List<Excluded> excluded();

    /** The rule that decided, such as {@code R20}. */
    String rule();

    /** One sentence for people. */
    String text();

    /**
     * Connect to one of these.
     *
     * @param endpoints never empty, without duplicates of address and port, in the order of slice names
     * @param scope how they were chosen
     * @param affinityTimeout present for {@code sessionAffinity: ClientIP}: how long after its last new connection an
     *     endpoint is to be used again (R29, R30)
     */
    record Backends(
            Resolved resolved,
            List<RoutedEndpoint> endpoints,
            Scope scope,
            Optional<Duration> affinityTimeout,
            EndpointCounts counts,
            List<Excluded> excluded,
            String text)
            implements Route {

        public Backends {
            Objects.requireNonNull(resolved, "resolved");
            endpoints = List.copyOf(endpoints);
            Objects.requireNonNull(scope, "scope");
            Objects.requireNonNull(affinityTimeout, "affinityTimeout");
            Objects.requireNonNull(counts, "counts");
            excluded = List.copyOf(excluded);
            Objects.requireNonNull(text, "text");
            if (endpoints.isEmpty()) {
                throw new IllegalArgumentException("endpoints: none (expected: at least one)");
            }
        }

        @Override
        public String rule() {
            return scope.rule();
        }
    }

    /** The connection is refused at once. */
    record Reject(Resolved resolved, RouteReason reason, EndpointCounts counts, List<Excluded> excluded, String text)
            implements Route {

        public Reject {
            Objects.requireNonNull(resolved, "resolved");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(counts, "counts");
            excluded = List.copyOf(excluded);
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String rule() {
            return reason.rule();
        }
    }

    /** The connection's packets vanish: usable endpoints exist, but none that this node may use. */
    record Drop(Resolved resolved, RouteReason reason, EndpointCounts counts, List<Excluded> excluded, String text)
            implements Route {

        public Drop {
            Objects.requireNonNull(resolved, "resolved");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(counts, "counts");
            excluded = List.copyOf(excluded);
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String rule() {
            return reason.rule();
        }
    }

    /** Not ours: the platform connects, by DNS and the Service's own address. */
    record NotProxied(Resolved resolved, RouteReason reason, String text) implements Route {

        public NotProxied {
            Objects.requireNonNull(resolved, "resolved");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(text, "text");
        }

        @Override
        public EndpointCounts counts() {
            return EndpointCounts.NONE;
        }

        @Override
        public List<Excluded> excluded() {
            return List.of();
        }

        @Override
        public String rule() {
            return reason.rule();
        }
    }
}
