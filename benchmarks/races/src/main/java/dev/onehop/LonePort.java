package dev.onehop;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SearchPath;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.time.SerialScheduler;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A Service port with an Onehop of its own, whose loop runs when an actor says so: everything is core's but the thread.
 *
 * <p>Shared: any actor may read, close, or hand over tasks; one of them runs the loop.
 */
final class LonePort {

    private static final ServiceKey KEY = new ServiceKey("shop", "api");
    private static final Service SERVICE = Service.builder("shop", "api")
            .clusterIps(List.of("10.96.0.10"))
            .ipFamilies(AddressFamily.IPV4)
            .port("http", 80)
            .build();

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Onehop onehop;
    private final Balancer balancer;

    LonePort(int pods) {
        show(pods);
        onehop = Onehop.builder()
                .discovery(discovery)
                .meshDetection(false)
                .platform(SearchPath.NONE, Set.of())
                .loop(new Loop())
                .build();
        balancer = onehop.balancer("api.shop:80");
        runLoop();
    }

    Balancer balancer() {
        return balancer;
    }

    /** The pipeline behind the door, which core hands to nobody. */
    ServicePipeline pipeline() {
        try {
            Field ports = Onehop.class.getDeclaredField("ports");
            ports.setAccessible(true);
            return ((ServicePorts) ports.get(onehop))
                    .inUse(balancer.port())
                    .orElseThrow()
                    .pipeline();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    void close() {
        onehop.close();
    }

    /** The discovery has seen this many pods; the loop takes it when it runs. */
    void show(int pods) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int pod = 1; pod <= pods; pod++) {
            endpoints.add(Endpoint.builder("10.244.0." + pod)
                    .conditions(true, true, false)
                    .pod("api-" + pod, "uid-" + pod)
                    .build());
        }
        discovery.set(
                SERVICE, EndpointSlice.of(KEY, "api-1", List.of(new SlicePort("http", Protocol.TCP, 8080)), endpoints));
    }

    void runLoop() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private final class Loop implements SerialScheduler {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return () -> {};
        }

        @Override
        public void close() {}
    }
}
