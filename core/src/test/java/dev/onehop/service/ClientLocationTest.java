package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.service.ServiceDeclaration.Present;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientLocationTest {

    private static final ServiceKey API = new ServiceKey("shop", "api");

    @Test
    void r16_elsewhereNothingIsLocalAndThatIsKnown() {
        assertThat(local(ClientLocation.elsewhere("zone-a"), "node-a")).isInstanceOf(Route.Drop.class);
        assertThat(ClientLocation.elsewhere("zone-a").zone()).isEqualTo("zone-a");
    }

    @Test
    void r16_anUnknownNodeDecidesNothing() {
        assertThat(local(ClientLocation.unknown(), "node-a")).isInstanceOf(Route.NotProxied.class);
    }

    @Test
    void r16_aNodesNameMakesItsEndpointsLocal() {
        assertThat(local(new ClientLocation("node-a", null), "node-a")).isInstanceOf(Route.Backends.class);
    }

    private static Route local(ClientLocation here, String endpointsNode) {
        Service service = Service.builder("shop", "api")
                .clusterIp("10.96.0.1")
                .port("http", 80)
                .internalTrafficPolicy(TrafficPolicy.LOCAL)
                .build();
        EndpointSlice slice = EndpointSlice.of(
                API,
                "api-1",
                List.of(new SlicePort("http", Protocol.TCP, 8080)),
                List.of(Endpoint.builder("10.0.0.1").node(endpointsNode).build()));
        var destination = new Destination(API, new PortRef.Numbered(80), Protocol.TCP, null);
        return Route.of(destination, new Present(service), List.of(slice), here, AddressPolicy.strict());
    }
}
