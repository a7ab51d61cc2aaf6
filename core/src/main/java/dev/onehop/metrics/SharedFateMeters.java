package dev.onehop.metrics;

import dev.onehop.Tally;
import io.micrometer.core.instrument.Tags;

/**
 * The meters of what a port's backends share: bad answers of most, or refused connects of most (reliability 2.5).
 *
 * <p>Not thread-safe: as {@link PortMeters}.
 */
final class SharedFateMeters {

    private SharedFateMeters() {}

    static void add(PortMeters port) {
        port.counter(
                "onehop.panic.entered",
                "How often so many backends answered badly that none was to be ejected for it",
                Tags.empty(),
                Tally::panics);
        port.gauge(
                "onehop.panic",
                "1 while no backend is ejected for bad answers",
                Tags.empty(),
                each -> each.tally().isPanicking() ? 1 : 0);
        port.counter(
                "onehop.outage.entered",
                "How often connects to so many backends failed that it was not them one by one",
                Tags.empty(),
                Tally::outages);
        port.gauge(
                "onehop.outage",
                "1 while connects to most backends fail, and most calls get one dial",
                Tags.empty(),
                each -> each.tally().isInOutage() ? 1 : 0);
    }
}
