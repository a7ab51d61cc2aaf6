package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * The answer to "which Service port is this?": what to look for in the slices, or why the platform is left to it.
 *
 * <p>Immutable.
 */
sealed interface Lookup {

    /** What it found out about the destination. */
    Resolved resolved();

    /**
     * The Service port is known.
     *
     * @param portName the slice port's name to match, together with the destination's protocol (R11)
     * @param family of the slices to read (R9)
     * @param policy who may be picked (R19)
     * @param affinityTimeout R29, R30
     */
    record Found(
            Resolved resolved,
            String portName,
            AddressFamily family,
            TrafficPolicy policy,
            Optional<Duration> affinityTimeout)
            implements Lookup {

        /** Whether {@code port} serves this Service port: equal name and protocol; numbers do not matter (R11). */
        boolean matches(SlicePort port) {
            return port.name().equals(portName) && port.protocol() == protocol();
        }

        Protocol protocol() {
            return resolved.destination().protocol();
        }
    }

    /**
     * The platform is left to it.
     *
     * @param detail what more there is to say, or {@code ""}
     */
    record Left(Resolved resolved, RouteReason reason, String detail) implements Lookup {}
}
