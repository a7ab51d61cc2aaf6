package dev.onehop.k8s;

import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.Discovery;
import dev.onehop.service.DiscoveryContract;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class KubernetesDiscoveryContractTest extends DiscoveryContract {

    private FakeApiServer server;

    @Override
    protected Discovery discoveryOf(Service service, List<EndpointSlice> slices) {
        server = FakeApiServer.start();
        server.create("services", service.key().namespace(), ApiObjects.service(service));
        slices.forEach(slice -> server.create("endpointslices", slice.namespace(), ApiObjects.slice(slice)));
        return KubernetesDiscovery.builder()
                .config(new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                        .withMasterUrl(server.url())
                        .build())
                .build();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }
}
