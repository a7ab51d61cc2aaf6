package dev.onehop.route;

import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import java.util.Objects;

/**
 * An endpoint for one port of its slice. Thousands are made on each change of a large Service, so it holds references
 * and makes no text.
 *
 * <p>Immutable.
 *
 * @param key the backend it is
 * @param endpoint as the slice has it
 * @param slice the slice's name
 * @param local whether its Node is ours (R16)
 */
public record RoutedEndpoint(BackendKey key, Endpoint endpoint, String slice, boolean local) {

    public RoutedEndpoint {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(slice, "slice");
    }

    static RoutedEndpoint of(Endpoint endpoint, IpAddress ip, int port, String slice, boolean local) {
        String podUid = endpoint.podUid();
        return new RoutedEndpoint(
                new BackendKey(podUid == null ? BackendKey.NO_POD : podUid, ip, port), endpoint, slice, local);
    }
}
