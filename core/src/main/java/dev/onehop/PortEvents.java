package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.service.ServiceView;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens to one Service port, counted and told in order: what leads to a snapshot only once picks see it.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class PortEvents {

    private final Destination port;
    private final Tally tally;
    private final Listeners listeners;
    private final List<OnehopEvent> waiting = new ArrayList<>();

    PortEvents(Destination port, Tally tally, Listeners listeners) {
        this.port = port;
        this.tally = tally;
        this.listeners = listeners;
    }

    /** Keeps an event until the snapshot is published that it leads to. */
    void later(OnehopEvent event) {
        waiting.add(event);
    }

    /** {@code next} is published: tells everything that has led to it, and what has changed with it. */
    void tellChanges(Eligible before, Eligible next) {
        if (!SnapshotLog.isSame(before.decision(), next.decision())) {
            later(new OnehopEvent.DecisionChanged(port, before.decision(), next.decision()));
        }
        if (next.view() instanceof ServiceView.Stale stale && !(before.view() instanceof ServiceView.Stale)) {
            later(new OnehopEvent.ViewStale(port, stale.why()));
        } else if (next.view() instanceof ServiceView.Live && !(before.view() instanceof ServiceView.Live)) {
            later(new OnehopEvent.ViewLive(port));
        }
        if (next.isLastResort() && !before.isLastResort()) {
            later(new OnehopEvent.LastResortBegan(
                    port, next.route().map(Route::text).orElse("")));
        } else if (before.isLastResort() && !next.isLastResort()) {
            later(new OnehopEvent.LastResortEnded(port));
        }
        List<OnehopEvent> now = List.copyOf(waiting);
        waiting.clear();
        now.forEach(this::tell);
    }

    /** Counts and tells an event at once. */
    void tell(OnehopEvent event) {
        tally.count(event);
        listeners.tell(event);
    }
}
