package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants to reach: a port of a Service, over a transport, in an IP family.
 *
 * <p>Immutable.
 *
 * @param service the Service
 * @param port the Service's port, never a target port (R5)
 * @param protocol part of the match: 53/UDP and 53/TCP are two ports (R5, R11)
 * @param family null for the Service's primary family; a route never crosses families (R4)
 */
public record Destination(
        ServiceKey service,
        PortRef port,
        Protocol protocol,
        @Nullable AddressFamily family) {

    public Destination {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(port, "port");
        Objects.requireNonNull(protocol, "protocol");
    }

    /** A TCP port in the Service's primary family. */
    public static Destination tcp(ServiceKey service, PortRef port) {
        return new Destination(service, port, Protocol.TCP, null);
    }

    /** By hand: some clients look one up for every request, and a record's own costs more. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Destination that
                && service.equals(that.service)
                && port.equals(that.port)
                && protocol == that.protocol
                && family == that.family;
    }

    @Override
    public int hashCode() {
        return 31 * service.hashCode() + port.hashCode();
    }

    /** {@code Service shop/api port 80}, with {@code /UDP} behind the port for another transport than TCP. */
    @Override
    public String toString() {
        String portText = port instanceof PortRef.Named named && named.name().isEmpty() ? "\"\"" : port.toString();
        return "Service " + service + " port " + portText + (protocol == Protocol.TCP ? "" : "/" + protocol);
    }
}
