package dev.onehop.route;

import static dev.onehop.service.AddressFamily.IPV4;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointBuilder;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceBuilder;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A Service {@code shop/api} with port {@code http} 80, its slices, and us on node {@code n1} in zone {@code a}: the
 * circumstances of a route, told in a line or two per test.
 */
final class Given {

    static final ServiceKey API = new ServiceKey("shop", "api");
    static final SlicePort HTTP = tcp("http", 8080);

    private final List<EndpointSlice> slices = new ArrayList<>();
    private ServiceDeclaration declaration = new ServiceDeclaration.Present(api().build());
    private ClientLocation here = new ClientLocation("n1", "a");
    private AddressPolicy addresses = AddressPolicy.strict();

    /** {@code shop/api}: ClusterIP 10.96.0.1, port http 80. */
    static ServiceBuilder api() {
        return Service.builder("shop", "api")
                .clusterIps(List.of("10.96.0.1"))
                .ipFamilies(IPV4)
                .port("http", 80);
    }

    static Given service() {
        return new Given();
    }

    static Given service(UnaryOperator<ServiceBuilder> changes) {
        return new Given()
                .declared(new ServiceDeclaration.Present(changes.apply(api()).build()));
    }

    static Given unreadable() {
        return new Given().declared(new ServiceDeclaration.Unreadable("services is forbidden"));
    }

    Given declared(ServiceDeclaration declaration) {
        this.declaration = declaration;
        return this;
    }

    Given at(String node, String zone) {
        here = new ClientLocation(node, zone);
        return this;
    }

    Given allowing(AddressPolicy addresses) {
        this.addresses = addresses;
        return this;
    }

    /** Adds an IPv4 slice with port http 8080, named in order of addition. */
    Given slice(EndpointBuilder... endpoints) {
        return slice(List.of(HTTP), endpoints);
    }

    Given slice(List<SlicePort> ports, EndpointBuilder... endpoints) {
        return slice(IPV4, ports, endpoints);
    }

    Given slice(AddressFamily family, List<SlicePort> ports, EndpointBuilder... endpoints) {
        return slice(EndpointSlice.of(API, "api-" + slices.size(), family, ports, built(endpoints)));
    }

    Given slice(EndpointSlice slice) {
        slices.add(slice);
        return this;
    }

    Route route() {
        return route(new PortRef.Named("http"));
    }

    Route route(int port) {
        return route(new PortRef.Numbered(port));
    }

    Route route(PortRef port) {
        return route(Destination.tcp(API, port));
    }

    Route route(Protocol protocol, int port) {
        return route(new Destination(API, new PortRef.Numbered(port), protocol, null));
    }

    Route route(AddressFamily family) {
        return route(new Destination(API, new PortRef.Numbered(80), Protocol.TCP, family));
    }

    Route route(Destination destination) {
        return Route.of(destination, declaration, slices, here, addresses);
    }

    /** The route of one who wants headless Services balanced. */
    Route headlessRoute(int port) {
        return headlessRoute(Destination.tcp(API, new PortRef.Numbered(port)));
    }

    Route headlessRoute(Destination destination) {
        return HeadlessRoute.of(destination, declaration, slices, here, addresses);
    }

    static SlicePort tcp(String name, Integer number) {
        return new SlicePort(name, Protocol.TCP, number);
    }

    static EndpointBuilder ready(String address) {
        return Endpoint.builder(address).conditions(true, true, false);
    }

    static EndpointBuilder notReady(String address) {
        return Endpoint.builder(address).conditions(false, false, false);
    }

    /** Shutting down and still serving. */
    static EndpointBuilder terminating(String address) {
        return Endpoint.builder(address).conditions(false, true, true);
    }

    /** Shutting down and done serving. */
    static EndpointBuilder done(String address) {
        return Endpoint.builder(address).conditions(false, false, true);
    }

    static List<Endpoint> built(EndpointBuilder... endpoints) {
        return Arrays.stream(endpoints).map(EndpointBuilder::build).toList();
    }

    /** The backends as {@code ip:port}, in order. */
    static List<String> backends(Route route) {
        return ((Route.Backends) route)
                .endpoints().stream().map(endpoint -> endpoint.key().address()).toList();
    }

    /** The backends' addresses, in order. */
    static List<String> ips(Route route) {
        return ((Route.Backends) route)
                .endpoints().stream()
                        .map(endpoint -> endpoint.key().ip().toString())
                        .toList();
    }

    /** How the backends were chosen. */
    static Scope scope(Route route) {
        return ((Route.Backends) route).scope();
    }

    /** {@code address REASON} for every excluded endpoint, in order. */
    static List<String> excluded(Route route) {
        return route.excluded().stream()
                .map(excluded -> excluded.address() + " " + excluded.reason())
                .toList();
    }

    /** {@code Verdict REASON rule}, such as {@code Reject NONE_USABLE R25}. */
    static String verdict(Route route) {
        RouteReason reason = null;
        if (route instanceof Route.Reject reject) {
            reason = reject.reason();
        } else if (route instanceof Route.Drop drop) {
            reason = drop.reason();
        } else if (route instanceof Route.NotProxied notProxied) {
            reason = notProxied.reason();
        }
        return route.getClass().getSimpleName() + " " + reason + " " + route.rule();
    }
}
