package dev.onehop.testing;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejections;
import dev.onehop.health.MonotonicClock;
import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceBuilder;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The Service {@code shop/api} of tests: ClusterIP 10.96.0.10, port 80 named http, pods {@code pod-0}.. at 10.244.x.y,
 * port 8080.
 *
 * <p>Immutable.
 */
public final class SampleService {

    public static final ServiceKey KEY = new ServiceKey("shop", "api");
    public static final Destination PORT_80 = Destination.tcp(KEY, new PortRef.Numbered(80));

    private SampleService() {}

    public static ServiceBuilder builder() {
        return Service.builder(KEY.namespace(), KEY.name())
                .clusterIps(List.of("10.96.0.10"))
                .ipFamilies(AddressFamily.IPV4)
                .port("http", 80);
    }

    public static Service service() {
        return builder().build();
    }

    /** A ready pod: {@code pod-i} at 10.244.(i / 250).(i % 250 + 1). */
    public static Endpoint pod(int i) {
        return Endpoint.builder(address(i))
                .conditions(true, true, false)
                .pod("pod-" + i, "uid-" + i)
                .build();
    }

    public static String address(int i) {
        return "10.244." + i / 250 + "." + (i % 250 + 1);
    }

    public static EndpointSlice slice(String name, List<Endpoint> endpoints) {
        return EndpointSlice.of(KEY, name, List.of(new SlicePort("http", Protocol.TCP, 8080)), endpoints);
    }

    /** One slice with the pods {@code from} to {@code until - 1}. */
    public static EndpointSlice slice(String name, int from, int until) {
        return slice(
                name, IntStream.range(from, until).mapToObj(SampleService::pod).toList());
    }

    /** Slices of a hundred pods each, {@code pods} in all. */
    public static List<EndpointSlice> slices(int pods) {
        var slices = new ArrayList<EndpointSlice>();
        for (int from = 0; from < pods; from += 100) {
            slices.add(slice("api-" + slices.size(), from, Math.min(pods, from + 100)));
        }
        return slices;
    }

    /** The live view with that many pods. */
    public static ServiceView.Live view(int pods) {
        return new ServiceView.Live(new ServiceDeclaration.Present(service()), slices(pods));
    }

    public static Route.Backends route(int pods) {
        return (Route.Backends) Route.of(
                PORT_80,
                new ServiceDeclaration.Present(service()),
                slices(pods),
                ClientLocation.unknown(),
                AddressPolicy.strict());
    }

    /** The backends of {@link #route}, freshly made. */
    public static List<Backend> backends(int pods) {
        return route(pods).endpoints().stream()
                .map(endpoint -> new Backend(endpoint, "api.shop", new MonotonicClock(System::nanoTime)))
                .toList();
    }

    /** A snapshot of that many healthy pods. */
    public static Eligible eligible(int pods) {
        return Eligible.of(view(pods), route(pods), backends(pods), Ejections.none(), 1);
    }
}
