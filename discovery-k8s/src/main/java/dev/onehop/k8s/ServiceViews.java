package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceDeclaration.Unreadable;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.service.ServiceView.Unknown;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what is known of one Service: Unknown until both the Service and its endpoints have been answered completely
 * (R45), Live while we hear of both, Stale with the same content when we no longer hear of one.
 *
 * <p>Pure.
 */
final class ServiceViews {

    private ServiceViews() {}

    /**
     * @param endpoints v1 Endpoints as slices, followed only where EndpointSlices are refused; null when not followed
     */
    static ServiceView view(
            ServiceKey key,
            Snapshot<Service> services,
            Snapshot<EndpointSlice> slices,
            @Nullable Snapshot<List<EndpointSlice>> endpoints) {
        Snapshot<EndpointSlice> known = choose(slices, endpoints);
        ServiceDeclaration declaration = declaration(key, services);
        if (known == null || declaration == null) {
            return new Unknown(whyUnknown(key, services, slices, endpoints));
        }
        List<EndpointSlice> own =
                known.objects().stream().filter(slice -> slice.belongsTo(key)).toList();
        boolean servicesCount =
                !(declaration instanceof Unreadable) && !services.condition().isLive();
        boolean slicesCount = !known.condition().isLive();
        if (!servicesCount && !slicesCount) {
            return new Live(declaration, own);
        }
        boolean olderIsServices =
                servicesCount && (!slicesCount || services.lastContactNanos() - known.lastContactNanos() < 0);
        Snapshot<?> older = olderIsServices ? services : known;
        return new Stale(
                declaration, own, older.lastContactNanos(), older.condition().why());
    }

    private static @Nullable Snapshot<EndpointSlice> choose(
            Snapshot<EndpointSlice> slices, @Nullable Snapshot<List<EndpointSlice>> endpoints) {
        if (slices.complete()) {
            return slices;
        }
        if (endpoints == null || !endpoints.complete()) {
            return null;
        }
        List<EndpointSlice> converted =
                endpoints.objects().stream().flatMap(List::stream).toList();
        return new Snapshot<>(true, converted, endpoints.condition(), endpoints.lastContactNanos(), endpoints.lists());
    }

    private static @Nullable ServiceDeclaration declaration(ServiceKey key, Snapshot<Service> services) {
        if (services.complete()) {
            return services.objects().stream()
                    .filter(service -> service.key().equals(key))
                    .findFirst()
                    .<ServiceDeclaration>map(Present::new)
                    .orElseGet(Absent::new);
        }
        return services.condition().isRefused()
                ? new Unreadable(services.condition().why())
                : null;
    }

    private static String whyUnknown(
            ServiceKey key,
            Snapshot<Service> services,
            Snapshot<EndpointSlice> slices,
            @Nullable Snapshot<List<EndpointSlice>> endpoints) {
        if (endpoints != null && refused(slices) && refused(endpoints)) {
            return slices.condition().kind() == Condition.Kind.FORBIDDEN
                    ? MissingRole.explain(key.namespace(), slices.condition().why())
                    : "endpointslices: " + slices.condition().why();
        }
        if (!services.complete() && isTrouble(services.condition())) {
            return "services: " + services.condition().why();
        }
        if (!slices.complete() && endpoints == null && isTrouble(slices.condition())) {
            return "endpointslices: " + slices.condition().why();
        }
        return endpoints != null && !endpoints.complete() && isTrouble(endpoints.condition())
                ? "endpoints: " + endpoints.condition().why()
                : Condition.SYNCING.why();
    }

    private static boolean isTrouble(Condition condition) {
        return condition.kind() == Condition.Kind.DISCONNECTED;
    }

    private static boolean refused(Snapshot<?> snapshot) {
        return !snapshot.complete() && snapshot.condition().isRefused();
    }
}
