package dev.onehop.service;

import org.jspecify.annotations.Nullable;

/**
 * Where this process runs, as far as topology rules care (R16, R21, R48).
 *
 * <p>Immutable.
 *
 * @param node the Node's name; null when unknown, and then nothing is local; {@code ""} becomes null
 * @param zone the Node's {@code topology.kubernetes.io/zone} label; {@code ""} when the Node has none, null when unknown
 */
public record ClientLocation(
        @Nullable String node, @Nullable String zone) {

    /** No Node can be called so: their names are DNS names. */
    private static final String NOBODYS_NODE = "(elsewhere)";

    private static final ClientLocation UNKNOWN = new ClientLocation(null, null);

    public ClientLocation {
        node = "".equals(node) ? null : node;
    }

    /** Neither node nor zone is known: hints are ignored, and Local policies are left to the platform. */
    public static ClientLocation unknown() {
        return UNKNOWN;
    }

    /**
     * A Node that no endpoint is on, for asking what a connection from there meets: nothing is local, so Local policies
     * find nobody (R16, R25). That is an answer, where an unknown Node has none.
     *
     * @param zone as in the record
     */
    public static ClientLocation elsewhere(@Nullable String zone) {
        return new ClientLocation(NOBODYS_NODE, zone);
    }
}
