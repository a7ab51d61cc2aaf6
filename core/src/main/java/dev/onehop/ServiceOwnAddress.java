package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import dev.onehop.route.Resolved;
import dev.onehop.route.Route;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.IpAddress;
import dev.onehop.service.PortRef;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection goes as if Onehop were not there: the Service's ClusterIP where one is known, else the name.
 *
 * <p>Pure, but for {@link #resolved}.
 */
final class ServiceOwnAddress {

    private ServiceOwnAddress() {}

    /**
     * The Service's own address, with {@code host} as its host name; unresolved where no ClusterIP is known.
     *
     * @return empty when the port was asked for by name and its number is not known
     */
    static Optional<InetSocketAddress> of(String host, Destination destination, Eligible now) {
        Optional<Service> service = service(now);
        return number(destination.port(), service).map(number -> {
            IpAddress clusterIp = clusterIp(destination.family(), now, service);
            return clusterIp == null
                    ? InetSocketAddress.createUnresolved(host, number)
                    : new InetSocketAddress(clusterIp.named(host), number);
        });
    }

    /**
     * Asks the platform's resolver, and blocks for it.
     *
     * @param family null for whatever comes first
     * @throws UnknownHostException when it knows no such name, or none in this family
     */
    static InetSocketAddress resolved(InetSocketAddress name, @Nullable AddressFamily family)
            throws UnknownHostException {
        InetAddress address = Arrays.stream(InetAddress.getAllByName(name.getHostString()))
                .filter(each -> family == null || IpAddress.of(each).family() == family)
                .findFirst()
                .orElseThrow(() -> new UnknownHostException(name.getHostString() + ": no " + family + " address"));
        return new InetSocketAddress(address, name.getPort());
    }

    private static Optional<Integer> number(PortRef port, Optional<Service> service) {
        if (port instanceof PortRef.Numbered numbered) {
            return Optional.of(numbered.number());
        }
        return service.flatMap(known -> known.ports().stream()
                .filter(each -> each.name().equals(((PortRef.Named) port).name()))
                .map(ServicePort::port)
                .findFirst());
    }

    /** That of the route's family, or of the Service's first one where no family was asked for. */
    private static @Nullable IpAddress clusterIp(
            @Nullable AddressFamily asked, Eligible now, Optional<Service> service) {
        IpAddress ofRoute =
                now.route().map(Route::resolved).map(Resolved::clusterIp).orElse(null);
        if (ofRoute != null) {
            return ofRoute;
        }
        return service.map(Service::clusterIp)
                .map(IpAddress::parse)
                .filter(address -> asked == null || address.family() == asked)
                .orElse(null);
    }

    private static Optional<Service> service(Eligible now) {
        return now.view() instanceof ServiceView.Known known
                        && known.declaration() instanceof ServiceDeclaration.Present present
                ? Optional.of(present.service())
                : Optional.empty();
    }
}
