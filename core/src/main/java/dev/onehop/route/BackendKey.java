package dev.onehop.route;

import dev.onehop.service.IpAddress;
import java.util.Objects;

/**
 * Which backend: a pod's incarnation, its address and the port dialled. A new pod on a recycled address is another
 * backend and inherits nothing.
 *
 * <p>Immutable.
 *
 * @param podUid the pod's uid, or {@link #NO_POD}
 * @param ip the address
 * @param port the number dialled, 1..65535: the slice's, not the Service's (R13)
 */
public record BackendKey(String podUid, IpAddress ip, int port) {

    /** In place of a uid, for endpoints without one, such as those written by hand. */
    public static final String NO_POD = "-";

    public BackendKey {
        Objects.requireNonNull(podUid, "podUid");
        Objects.requireNonNull(ip, "ip");
    }

    /** {@code ip:port}, with brackets round IPv6. */
    public String address() {
        return ip.withPort(port);
    }

    /** {@code ip:port}, and the pod's uid in parentheses if there is one. */
    @Override
    public String toString() {
        return podUid.equals(NO_POD) ? address() : address() + " (" + podUid + ")";
    }
}
