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

    private static final ClientLocation UNKNOWN = new ClientLocation(null, null);

    public ClientLocation {
        node = "".equals(node) ? null : node;
    }

    /** Neither node nor zone is known: hints are ignored, and Local policies are left to the platform. */
    public static ClientLocation unknown() {
        return UNKNOWN;
    }
}
