package dev.onehop.metrics;

import dev.onehop.route.Destination;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;

/**
 * The tags that say which Service port a meter is of.
 *
 * <p>Pure functions.
 */
final class PortTags {

    private PortTags() {}

    static Iterable<Tag> of(Destination port) {
        return Tags.of(
                "namespace", TagValue.of(port.service().namespace()),
                "service", TagValue.of(port.service().name()),
                "port", TagValue.of(port.port().toString()),
                "protocol", port.protocol().toString(),
                "family", port.family() == null ? "default" : port.family().toString());
    }
}
