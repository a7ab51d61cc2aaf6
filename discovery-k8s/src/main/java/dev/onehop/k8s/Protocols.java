package dev.onehop.k8s;

import dev.onehop.service.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The transport of a port, as the API writes it.
 *
 * <p>Pure.
 */
final class Protocols {

    private Protocols() {}

    /** TCP for an absent protocol (R6, R12); null for one we have never heard of, whose port nobody can dial. */
    static @Nullable Protocol read(@Nullable String protocol) {
        if (protocol == null || protocol.isEmpty()) {
            return Protocol.TCP;
        }
        for (Protocol known : Protocol.values()) {
            if (known.name().equals(protocol)) {
                return known;
            }
        }
        return null;
    }
}
