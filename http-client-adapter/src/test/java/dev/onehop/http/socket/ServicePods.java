package dev.onehop.http.socket;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A Service in {@code shop} with one port, and pods wherever a test has its servers. */
record ServicePods(StaticDiscovery discovery, String name, int port) {

    /** A pod on each of these ports of 127.0.0.1. */
    void publish(int... ports) {
        publish(IntStream.of(ports)
                .mapToObj(port -> new InetSocketAddress("127.0.0.1", port))
                .toArray(InetSocketAddress[]::new));
    }

    /** A pod at each of these addresses. */
    void publish(InetSocketAddress... pods) {
        var key = new ServiceKey("shop", name);
        discovery.set(
                Service.builder(key.namespace(), key.name())
                        .clusterIps(List.of("10.96.9.9"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("only", port)
                        .build(),
                Stream.of(pods)
                        .map(pod -> EndpointSlice.of(
                                key,
                                name + "-" + pod.getPort(),
                                List.of(new SlicePort("only", Protocol.TCP, pod.getPort())),
                                List.of(Endpoint.builder(pod.getHostString())
                                        .pod(name + "-" + pod.getPort(), "uid-" + pod.getPort())
                                        .build())))
                        .toArray(EndpointSlice[]::new));
    }
}
