package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.SlicePort;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Which slices count, and which numbers are dialled: R7-R13.
 *
 * <p>Pure functions.
 */
final class SliceRules {

    private static final String FQDN = "FQDN";
    private static final Comparator<EndpointSlice> BY_NAME =
            Comparator.comparing(EndpointSlice::name).thenComparing(EndpointSlice::namespace);

    private SliceRules() {}

    /** By name, so that nothing depends on the order in which slices were heard of. */
    static EndpointSlice[] sorted(Collection<EndpointSlice> slices) {
        EndpointSlice[] sorted = slices.toArray(new EndpointSlice[0]);
        Arrays.sort(sorted, BY_NAME);
        return sorted;
    }

    /** Why no endpoint of {@code slice} counts, or null when they do as far as the slice goes. */
    static @Nullable ExclusionReason objection(EndpointSlice slice, Lookup.Found target) {
        if (!slice.belongsTo(target.resolved().destination().service())) {
            return ExclusionReason.OTHER_SERVICE;
        }
        if (slice.headless()) {
            return ExclusionReason.HEADLESS_SLICE;
        }
        if (isOf(slice, target.family())) {
            return null;
        }
        return slice.addressType().equals(FQDN) ? ExclusionReason.FQDN : ExclusionReason.OTHER_FAMILY;
    }

    static boolean isOf(EndpointSlice slice, AddressFamily family) {
        return slice.addressType().equals(family.toString());
    }

    /** The number to dial, or 0 when there is none: null means "all ports" (R12), and the API checks no range (R47). */
    static int number(SlicePort port) {
        Integer number = port.port();
        return number == null || number < 1 || number > 65535 ? 0 : number;
    }
}
