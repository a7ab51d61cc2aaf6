package dev.onehop.route;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.IpAddress;
import dev.onehop.service.ServicePort;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a destination turned out to mean, as far as the rules got.
 *
 * <p>Immutable.
 *
 * @param destination what was asked
 * @param port the Service port; null when it is undefined, when an unreadable Service hides its number, or when a
 *     headless Service was asked for a target port
 * @param family the family of the route; null when the rules ended before it was decided
 * @param clusterIp the Service's own address in that family, the one to fall back on; null when there is none or it is
 *     not known
 */
public record Resolved(
        Destination destination,
        @Nullable ServicePort port,
        @Nullable AddressFamily family,
        @Nullable IpAddress clusterIp) {

    public Resolved {
        Objects.requireNonNull(destination, "destination");
    }

    static Resolved nothing(Destination destination) {
        return new Resolved(destination, null, null, null);
    }
}
