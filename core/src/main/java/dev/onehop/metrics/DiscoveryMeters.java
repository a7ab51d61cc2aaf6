package dev.onehop.metrics;

import dev.onehop.Balancer;
import dev.onehop.route.EndpointCounts;
import dev.onehop.route.Route;
import dev.onehop.service.ServiceView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * The meters of what is known of one Service port: its endpoints, and how fresh the view of them is.
 *
 * <p>Not thread-safe: as {@link PortMeters}.
 */
final class DiscoveryMeters {

    private DiscoveryMeters() {}

    static void add(PortMeters port) {
        endpoints(port, "ready", EndpointCounts::ready);
        endpoints(port, "not_ready", EndpointCounts::notReady);
        endpoints(port, "terminating_serving", EndpointCounts::terminatingServing);
        endpoints(port, "terminating_not_serving", EndpointCounts::terminatingNotServing);
        endpoints(port, "unusable_address", EndpointCounts::unusableAddress);
        view(port, "unknown", ServiceView.Unknown.class);
        view(port, "live", ServiceView.Live.class);
        view(port, "stale", ServiceView.Stale.class);
        port.gauge(
                "onehop.discovery.emptied",
                "1 while endpoints are used although a list says that there are none",
                Tags.empty(),
                each -> each.keepsEmptied() && each.eligible().size() > 0 ? 1 : 0);
    }

    /** @param balancer held by the caller, for the registry holds it by a weak reference only */
    static List<Meter> register(MeterRegistry registry, Tags tags, Balancer balancer) {
        return List.of(
                TimeGauge.builder("onehop.discovery.staleness", balancer, TimeUnit.SECONDS, DiscoveryMeters::staleness)
                        .description("How long ago the source last told us anything")
                        .tags(tags)
                        .register(registry),
                FunctionCounter.builder("onehop.discovery.divergence", balancer, Balancer::divergences)
                        .description("Comparisons with the source that found missed changes")
                        .tags(tags)
                        .register(registry));
    }

    private static void endpoints(PortMeters port, String condition, ToIntFunction<EndpointCounts> count) {
        port.gauge(
                "onehop.endpoints",
                "Endpoints of the Service port now, by condition",
                Tags.of("condition", condition),
                each -> each.eligible()
                        .route()
                        .map(Route::counts)
                        .map(counts -> (double) count.applyAsInt(counts))
                        .orElse(Double.NaN));
    }

    private static void view(PortMeters port, String state, Class<? extends ServiceView> type) {
        port.gauge(
                "onehop.discovery.state",
                "1 for the state that the view is in",
                Tags.of("state", state),
                each -> type.isInstance(each.eligible().view()) ? 1 : 0);
    }

    private static double staleness(Balancer balancer) {
        return balancer.viewAge().map(age -> age.toNanos() / 1e9).orElse(Double.NaN);
    }
}
