package dev.onehop.service;

import java.util.List;
import java.util.Objects;

/**
 * All we know of a Service at a moment. "Nothing heard yet" and "known to have no endpoints" are different types: an
 * empty cache is not an empty Service.
 *
 * <p>Immutable.
 */
public sealed interface ServiceView {

    /**
     * No complete answer about Service and slices has arrived yet (R45).
     *
     * @param why for people
     */
    record Unknown(String why) implements ServiceView {
        public Unknown {
            Objects.requireNonNull(why, "why");
        }
    }

    /** What a complete list and the events since then add up to. */
    sealed interface Known extends ServiceView {

        ServiceDeclaration declaration();

        /** All slices with the Service's label, in no particular order; those the rules skip included. */
        List<EndpointSlice> slices();
    }

    /** In contact with the source: changes reach us as they happen. */
    record Live(ServiceDeclaration declaration, List<EndpointSlice> slices) implements Known {
        public Live {
            Objects.requireNonNull(declaration, "declaration");
            slices = List.copyOf(slices);
        }
    }

    /**
     * Contact is lost. The last view stays, as kube-proxy's rules do when the API server is away (R45).
     *
     * @param sinceNanos when we last heard of the source, on the clock of {@code SerialScheduler.nanoTime()}
     * @param why for people
     */
    record Stale(ServiceDeclaration declaration, List<EndpointSlice> slices, long sinceNanos, String why)
            implements Known {
        public Stale {
            Objects.requireNonNull(declaration, "declaration");
            slices = List.copyOf(slices);
            Objects.requireNonNull(why, "why");
        }
    }
}
