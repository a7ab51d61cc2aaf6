package dev.onehop;

import dev.onehop.OnehopEvent.PortClosed;
import dev.onehop.OnehopEvent.PortOpened;
import dev.onehop.route.Destination;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who hears of events, and which Service ports a newcomer must hear of first.
 *
 * <p>Serial: belongs to the loop, which keeps events in order; only {@link #remove} is safe from any thread.
 */
final class Listeners {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final List<OnehopListener> all = new CopyOnWriteArrayList<>();
    private final Map<Destination, PortOpened> open = new LinkedHashMap<>();

    /** Adds a listener, which hears of the ports in use at once. */
    void add(OnehopListener listener) {
        open.values().forEach(opened -> tell(listener, opened));
        all.add(listener);
    }

    void remove(OnehopListener listener) {
        all.remove(listener);
    }

    /** Tells everybody. */
    void tell(OnehopEvent event) {
        if (event instanceof PortOpened opened) {
            open.put(event.port(), opened);
        } else if (event instanceof PortClosed) {
            open.remove(event.port());
        }
        all.forEach(listener -> tell(listener, event));
    }

    /** A listener that fails harms no other. */
    private static void tell(OnehopListener listener, OnehopEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException | Error e) {
            log.warn(
                    "{}: a listener failed at {}",
                    event.port(),
                    event.getClass().getSimpleName(),
                    e);
        }
    }
}
