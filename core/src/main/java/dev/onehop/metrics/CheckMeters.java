package dev.onehop.metrics;

import dev.onehop.Tally;
import io.micrometer.core.instrument.Tags;

/**
 * The meters of the active checks of a port's backends (reliability 2.11).
 *
 * <p>Not thread-safe: as {@link PortMeters}.
 */
final class CheckMeters {

    private CheckMeters() {}

    static void add(PortMeters port) {
        String ended = "Active checks of backends that have ended, by result";
        port.counter("onehop.checks", ended, Tags.of("result", "passed"), Tally::checksPassed);
        port.counter("onehop.checks", ended, Tags.of("result", "failed"), Tally::checksFailed);
    }
}
