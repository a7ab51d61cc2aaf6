package dev.onehop.service;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a slice's {@code ports}: the number that is really dialled (R13).
 *
 * <p>Immutable.
 *
 * @param name {@code ""} for an unnamed or null name (R12)
 * @param protocol null protocol is TCP (R12)
 * @param port null means "all ports" and, like 0, is no port we can dial (R12)
 */
public record SlicePort(
        String name, Protocol protocol, @Nullable Integer port) {

    public SlicePort {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(protocol, "protocol");
    }

    /** {@code http 8080/TCP}. */
    @Override
    public String toString() {
        return (name.isEmpty() ? "" : name + " ") + (port == null ? "*" : port) + "/" + protocol;
    }
}
