package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.route.Resolved;
import dev.onehop.route.Route;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceType;
import dev.onehop.service.ServiceView;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One affinity per Service, port name, protocol and family, whatever the callers call the port: by number, by name, by a
 * family asked for or preferred (R29).
 *
 * <p>Shared: safe from any thread.
 */
final class Affinities {

    private record Scope(
            ServiceKey service,
            String port,
            Protocol protocol,
            @Nullable AddressFamily family) {}

    private final Map<Scope, Affinity> affinities = new ConcurrentHashMap<>();

    /** The affinity of the Service port that {@code snapshot} is of. */
    Affinity of(Eligible snapshot) {
        return affinities.computeIfAbsent(scope(snapshot.route().orElseThrow()), first -> new Affinity());
    }

    /** Takes note of a new snapshot: what kube-proxy's chains are deleted with is forgotten (R31). */
    void follow(ServiceKey service, Eligible snapshot) {
        if (!affinities.isEmpty() && snapshot.view() instanceof ServiceView.Known known) {
            affinities.keySet().removeIf(scope -> scope.service.equals(service) && !isThere(scope, known));
            snapshot.route()
                    .filter(route -> !(route instanceof Route.NotProxied))
                    .ifPresent(route -> {
                        Affinity remembered = affinities.get(scope(route));
                        if (remembered != null) {
                            remembered.follow(route);
                        }
                    });
        }
    }

    private static boolean isThere(Scope scope, ServiceView.Known view) {
        if (!(view.declaration() instanceof ServiceDeclaration.Present present)) {
            return false;
        }
        Service service = present.service();
        return service.affinityTimeout().isPresent()
                && !service.serviceProxyName()
                && !service.isHeadless()
                && service.type() != ServiceType.EXTERNAL_NAME
                && service.ports().stream()
                        .anyMatch(port -> port.name().equals(scope.port) && port.protocol() == scope.protocol);
    }

    private static Scope scope(Route route) {
        Resolved resolved = route.resolved();
        var asked = resolved.destination();
        String port = resolved.port() == null
                ? asked.port().toString()
                : resolved.port().name();
        return new Scope(asked.service(), port, asked.protocol(), resolved.family());
    }
}
