package dev.onehop.metrics;

import dev.onehop.OnehopEvent;
import dev.onehop.OnehopEvent.PortClosed;
import dev.onehop.OnehopEvent.PortOpened;
import dev.onehop.OnehopEvent.ViewPublished;
import dev.onehop.OnehopListener;
import dev.onehop.route.Destination;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The meters of one {@code Onehop} in one registry: comes and goes with the Service ports, and holds on to what gauges read.
 *
 * <p>Shared: called on Onehop's loop, and closed from any thread; a lock of its own orders the two.
 */
final class BoundMeters implements OnehopListener, AutoCloseable {

    private final MeterRegistry registry;
    private final Tags tags;
    private final boolean perPod;
    private final ProgrammingTimes programming;
    private final Map<Destination, PortMeters> ports = new HashMap<>();
    private boolean closed;

    BoundMeters(MeterRegistry registry, Tags tags, boolean perPod, Supplier<Instant> wallClock) {
        this.registry = registry;
        this.tags = tags;
        this.perPod = perPod;
        this.programming = new ProgrammingTimes(registry, tags, wallClock);
    }

    @Override
    public synchronized void on(OnehopEvent event) {
        if (closed) {
            return;
        }
        if (event instanceof PortOpened opened) {
            ports.put(event.port(), new PortMeters(registry, tags, opened.balancer(), perPod));
            programming.opened(event.port(), opened.balancer().eligible().view());
        } else if (event instanceof PortClosed) {
            PortMeters gone = ports.remove(event.port());
            if (gone != null) {
                gone.close();
            }
            programming.closed(event.port());
        } else if (event instanceof ViewPublished published) {
            PortMeters meters = ports.get(event.port());
            if (meters != null) {
                meters.published(published);
                programming.published(event.port(), published.snapshot().view());
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        ports.values().forEach(PortMeters::close);
        ports.clear();
        programming.close();
    }
}
