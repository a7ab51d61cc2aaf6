package dev.onehop;

import dev.onehop.service.IpAddress;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Finds the Service behind a literal ClusterIP, among the Services that are followed (design decision 10).
 *
 * <p>Shared: safe from any thread; {@link #take} is called on the loop only.
 */
final class ClusterIps {

    private final Map<ServiceKey, Service> followed = new ConcurrentHashMap<>();
    private final Map<IpAddress, Service> services = new ConcurrentHashMap<>();

    /** Takes over what the newest view says of a Service. */
    void take(ServiceKey key, ServiceView view) {
        if (view instanceof ServiceView.Known known) {
            Service now = known.declaration() instanceof ServiceDeclaration.Present present ? present.service() : null;
            Service before = now == null ? followed.remove(key) : followed.put(key, now);
            if (before != null && !before.equals(now)) {
                addresses(before).forEach(address -> services.remove(address, before));
            }
            if (now != null && !now.equals(before)) {
                addresses(now).forEach(address -> services.put(address, now));
            }
        }
    }

    /** The followed Service that has this address. */
    Optional<Service> service(IpAddress clusterIp) {
        return Optional.ofNullable(services.get(clusterIp));
    }

    private static Stream<IpAddress> addresses(Service service) {
        return Stream.concat(Stream.of(service.clusterIp()), service.clusterIps().stream())
                .map(IpAddress::parse)
                .filter(Objects::nonNull)
                .distinct();
    }
}
