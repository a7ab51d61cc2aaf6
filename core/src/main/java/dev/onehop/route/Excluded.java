package dev.onehop.route;

import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that is in a slice and not in the route, and why.
 *
 * <p>Immutable.
 *
 * @param endpoint as the slice has it
 * @param port the number that would be dialled, or 0 when it was left out before a port was found
 * @param slice the slice's name
 * @param reason the first rule it failed
 */
public record Excluded(Endpoint endpoint, int port, String slice, ExclusionReason reason) {

    public Excluded {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(slice, "slice");
        Objects.requireNonNull(reason, "reason");
    }

    /** The canonical address if it is one, else the text the slice has; null for an endpoint without addresses. */
    public @Nullable String address() {
        IpAddress ip = endpoint.ip();
        return ip == null ? endpoint.address() : ip.toString();
    }

    /** The pod's name, null when the slice does not say. */
    public @Nullable String podName() {
        return endpoint.podName();
    }

    /** The rule that left it out, such as {@code R20}. */
    public String rule() {
        return reason.rule();
    }
}
