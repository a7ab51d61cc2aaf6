package dev.onehop;

import dev.onehop.service.ServiceView;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The newest view that no snapshot shows yet: only that one matters, so a burst of views costs one snapshot.
 *
 * <p>Shared: the discovery's thread brings views, the loop takes them.
 */
final class NewestView {

    /** A view, and when the oldest of those came that it stands for. */
    record Arrival(ServiceView view, long sinceNanos) {}

    private final AtomicReference<@Nullable Arrival> newest = new AtomicReference<>();

    /** Whether somebody has to {@link #take} it: no other waits for that already. */
    boolean arrived(ServiceView next, long nowNanos) {
        return newest.getAndUpdate(earlier -> new Arrival(next, earlier == null ? nowNanos : earlier.sinceNanos))
                == null;
    }

    /** Null where it has been taken already. */
    @Nullable Arrival take() {
        return newest.getAndSet(null);
    }
}
