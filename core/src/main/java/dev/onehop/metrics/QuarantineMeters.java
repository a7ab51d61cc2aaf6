package dev.onehop.metrics;

import dev.onehop.Balancer;
import dev.onehop.Tally;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;

/**
 * The meters of one Service port's backends whose certificates are not accepted.
 *
 * <p>Pure functions.
 */
final class QuarantineMeters {

    private QuarantineMeters() {}

    /** @param balancer held by the caller, for the registry holds it by a weak reference only */
    static List<Meter> register(MeterRegistry registry, Tags tags, Balancer balancer) {
        return List.of(
                Gauge.builder(
                                "onehop.quarantined",
                                balancer,
                                each -> each.tally().quarantined().size())
                        .description("Backends that are not used because their certificates are not accepted")
                        .tags(tags)
                        .register(registry),
                FunctionCounter.builder("onehop.quarantines", balancer.tally(), Tally::quarantines)
                        .description("Backends set aside because their certificates were not accepted")
                        .tags(tags)
                        .register(registry),
                FunctionCounter.builder("onehop.trust.doubted", balancer.tally(), Tally::trustDoubts)
                        .description("How often so many certificates were not accepted that it was our own trust")
                        .tags(tags)
                        .register(registry));
    }
}
