package dev.onehop.service;

import java.util.Objects;

/**
 * One entry of {@code spec.ports}. {@code targetPort} is left out on purpose: the proxy never reads it (R13).
 *
 * <p>Immutable.
 *
 * @param name {@code ""} when the port is unnamed, as Kubernetes omits it then (R6, R11)
 * @param protocol the transport
 * @param port the number callers use
 */
public record ServicePort(String name, Protocol protocol, int port) {

    public ServicePort {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(protocol, "protocol");
    }

    /** {@code http 80/TCP}, or {@code 80/TCP} for an unnamed port. */
    @Override
    public String toString() {
        return (name.isEmpty() ? "" : name + " ") + port + "/" + protocol;
    }
}
