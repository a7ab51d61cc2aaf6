package dev.onehop.metrics;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.OnehopBuilder;
import dev.onehop.PushedOnehop;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * An Onehop with meters in a registry of its own, whose two clocks a test pushes.
 *
 * <p>Not thread-safe.
 */
final class MeteredOnehop implements AutoCloseable {

    final ManualTime time = new ManualTime();
    final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final Onehop onehop;
    final OnehopMetrics metrics;
    Instant wall = Instant.parse("2026-11-22T12:00:00Z");

    MeteredOnehop() {
        this(false, builder -> builder);
    }

    MeteredOnehop(boolean perPod, UnaryOperator<OnehopBuilder> settings) {
        onehop = settings.apply(PushedOnehop.builder(discovery, time, new SplittableRandom(11)))
                .build();
        metrics = new OnehopMetrics(onehop, List.of(), () -> wall).perPod(perPod);
        metrics.bindTo(registry);
    }

    /** {@code shop/api} with that many pods, and its port 80. */
    Balancer fleet(int pods) {
        pods(0, pods);
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        return api;
    }

    /** Makes the pods {@code from} to {@code until - 1} the present ones. */
    void pods(int from, int until) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", from, until));
        time.run();
    }

    /**
     * What a meter of port 80 of {@code shop/api} reads.
     *
     * @param tags beside those of the port, key after value
     */
    double value(String name, String... tags) {
        return registry.get(name)
                .tags("namespace", "shop", "service", "api", "port", "80", "protocol", "TCP", "family", "default")
                .tags(tags)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    /** The meters whose names begin so. */
    List<Meter> meters(String prefix) {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(prefix))
                .toList();
    }

    @Override
    public void close() {
        onehop.close();
    }
}
