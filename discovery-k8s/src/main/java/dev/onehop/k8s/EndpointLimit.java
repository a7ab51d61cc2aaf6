package dev.onehop.k8s;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import java.util.ArrayList;
import java.util.List;

/**
 * What of one Service's slices is kept: the first {@value #SLICES} by name, and of their endpoints the first
 * {@value #ENDPOINTS}, so that nobody who can write slices can fill our memory (S-19). Kubernetes itself is tested for
 * fewer.
 *
 * <p>Pure.
 */
final class EndpointLimit {

    static final int SLICES = 1_000;
    static final int ENDPOINTS = 10_000;

    private EndpointLimit() {}

    /** Whether anything has to go. */
    static boolean isExceeded(List<EndpointSlice> slices) {
        return slices.size() > SLICES || endpoints(slices) > ENDPOINTS;
    }

    /**
     * The slices that stay; the one that reaches the limit keeps its first endpoints.
     *
     * @param slices in the order of their names
     */
    static List<EndpointSlice> apply(List<EndpointSlice> slices) {
        if (!isExceeded(slices)) {
            return slices;
        }
        var kept = new ArrayList<EndpointSlice>();
        int left = ENDPOINTS;
        for (EndpointSlice slice : slices) {
            if (left == 0 || kept.size() == SLICES) {
                break;
            }
            EndpointSlice part = first(left, slice);
            left -= part.endpoints().size();
            kept.add(part);
        }
        return kept;
    }

    static int endpoints(List<EndpointSlice> slices) {
        return slices.stream().mapToInt(slice -> slice.endpoints().size()).sum();
    }

    private static EndpointSlice first(int most, EndpointSlice slice) {
        List<Endpoint> endpoints = slice.endpoints();
        return endpoints.size() <= most
                ? slice
                : new EndpointSlice(
                        slice.namespace(),
                        slice.name(),
                        slice.serviceName(),
                        slice.headless(),
                        slice.addressType(),
                        slice.ports(),
                        endpoints.subList(0, most),
                        slice.changeTriggered());
    }
}
