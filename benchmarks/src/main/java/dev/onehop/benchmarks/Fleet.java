package dev.onehop.benchmarks;

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
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.List;

/**
 * A Service of many pods in slices of a hundred, as the endpoint slice controller writes them.
 *
 * <p>Pure functions.
 */
final class Fleet {

    static final ServiceKey KEY = new ServiceKey("shop", "api");
    static final Service SERVICE = Service.builder("shop", "api")
            .clusterIps(List.of("10.96.0.10"))
            .ipFamilies(AddressFamily.IPV4)
            .port("http", 80)
            .build();

    private static final int SLICE = 100;

    private Fleet() {}

    static EndpointSlice[] slices(int pods) {
        var slices = new ArrayList<EndpointSlice>();
        for (int from = 0; from < pods; from += SLICE) {
            slices.add(slice(from / SLICE, from, Math.min(pods, from + SLICE), -1));
        }
        return slices.toArray(EndpointSlice[]::new);
    }

    /** Slice number {@code index}; the pod {@code notReady}, if it is one of its own, is not ready. */
    static EndpointSlice slice(int index, int from, int until, int notReady) {
        var endpoints = new ArrayList<Endpoint>();
        for (int pod = from; pod < until; pod++) {
            boolean ready = pod != notReady;
            endpoints.add(Endpoint.builder("10." + (pod >> 16) + "." + (pod >> 8 & 255) + "." + (pod & 255))
                    .conditions(ready, ready, false)
                    .node("node-" + pod % 50)
                    .zone("zone-" + pod % 3)
                    .pod("api-7788fb495-" + pod, "6db14ad3-c3a5-4d8b-baf7-" + (100_000_000_000L + pod))
                    .build());
        }
        return EndpointSlice.of(KEY, "api-" + index, List.of(new SlicePort("http", Protocol.TCP, 8080)), endpoints);
    }

    static Eligible eligible(int pods) {
        var view = new ServiceView.Live(new ServiceDeclaration.Present(SERVICE), List.of(slices(pods)));
        var route = (Route.Backends) Route.of(
                Destination.tcp(KEY, new PortRef.Numbered(80)),
                new ServiceDeclaration.Present(SERVICE),
                List.of(slices(pods)),
                ClientLocation.unknown(),
                AddressPolicy.strict());
        List<Backend> backends = route.endpoints().stream()
                .map(endpoint -> new Backend(endpoint, "api.shop", new MonotonicClock(System::nanoTime)))
                .toList();
        return Eligible.of(view, route, backends, Ejections.none(), 1);
    }
}
