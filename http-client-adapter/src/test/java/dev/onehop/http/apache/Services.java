package dev.onehop.http.apache;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Service;
import dev.onehop.testing.LoopbackPods;
import java.util.List;

/** {@code api-service.shop} on other ports than 80. */
final class Services {

    private Services() {}

    static Service on(int port) {
        return Service.builder(LoopbackPods.API.namespace(), LoopbackPods.API.name())
                .clusterIps(List.of("10.96.123.45"))
                .ipFamilies(AddressFamily.IPV4)
                .port("http", port)
                .build();
    }
}
