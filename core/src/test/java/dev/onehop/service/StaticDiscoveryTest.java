package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StaticDiscoveryTest extends DiscoveryContract {

    @Override
    protected Discovery discoveryOf(Service service, List<EndpointSlice> slices) {
        var discovery = StaticDiscovery.create();
        discovery.set(service, slices.toArray(EndpointSlice[]::new));
        return discovery;
    }

    @Test
    void nothingIsHeardAfterClose() {
        var discovery = StaticDiscovery.create();
        var heard = new ArrayList<ServiceView>();
        var subscription = discovery.subscribe(API, heard::add);
        subscription.close();

        discovery.set(apiService(), slice("api-1", "10.244.0.16"));

        assertThat(heard).hasSize(1);
    }

    @Test
    void movingTheProcessDeliversTheViewAgain() {
        var discovery = StaticDiscovery.create();
        discovery.set(apiService(), slice("api-1", "10.244.0.16"));
        var heard = new ArrayList<ServiceView>();
        discovery.subscribe(API, heard::add);

        discovery.moveTo(new ClientLocation("node-a", "zone-a"));

        assertThat(heard).hasSize(2);
        assertThat(discovery.location()).isEqualTo(new ClientLocation("node-a", "zone-a"));
    }
}
