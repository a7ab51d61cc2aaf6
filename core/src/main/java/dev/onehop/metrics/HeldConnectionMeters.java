package dev.onehop.metrics;

import dev.onehop.Balancer;
import dev.onehop.Retirement;
import io.micrometer.core.instrument.Tags;

/**
 * The meters of the connections that clients keep open to a port (reliability 3.4).
 *
 * <p>Not thread-safe: as {@link PortMeters}.
 */
final class HeldConnectionMeters {

    private HeldConnectionMeters() {}

    static void add(PortMeters port) {
        port.gauge(
                "onehop.connections.held",
                "Connections that clients keep open, as far as their adapters say so",
                Tags.empty(),
                Balancer::connections);
        for (Retirement why : Retirement.values()) {
            port.counter(
                    "onehop.connections.retired",
                    "Connections that clients had kept open and that take no further exchange, by reason",
                    Tags.of("reason", TagValue.of(why)),
                    tally -> tally.retirements(why));
        }
    }
}
