package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import dev.onehop.time.SerialScheduler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who hears of every snapshot of one Service port. A listener that fails is logged, and the others hear all the same.
 *
 * <p>Adding and removing is shared: safe from any thread. Telling is serial: on the pipeline's loop.
 */
final class SnapshotListeners {

    private static final Logger log = LoggerFactory.getLogger(SnapshotListeners.class);

    private final Destination port;
    private final List<Consumer<Eligible>> listeners = new CopyOnWriteArrayList<>();

    SnapshotListeners(Destination port) {
        this.port = port;
    }

    /** Tells {@code listener} the present snapshot and every later one, on the loop, in order, until it is closed. */
    Balancer.Listening add(Consumer<Eligible> listener, SerialScheduler loop, Supplier<Eligible> present) {
        var open = new AtomicBoolean(true);
        Consumer<Eligible> whileOpen = snapshot -> {
            if (open.get()) {
                listener.accept(snapshot);
            }
        };
        loop.execute(() -> {
            if (open.get()) {
                listeners.add(whileOpen);
                tell(whileOpen, present.get());
            }
        });
        return () -> {
            open.set(false);
            listeners.remove(whileOpen);
        };
    }

    void tell(Eligible snapshot) {
        listeners.forEach(listener -> tell(listener, snapshot));
    }

    /** Forgets everybody. */
    void clear() {
        listeners.clear();
    }

    private void tell(Consumer<Eligible> listener, Eligible snapshot) {
        try {
            listener.accept(snapshot);
        } catch (RuntimeException | Error e) {
            log.warn("{}: a listener failed; the pipeline goes on", port, e);
        }
    }
}
