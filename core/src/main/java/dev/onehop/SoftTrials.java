package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejections;
import dev.onehop.health.Evidence;
import dev.onehop.health.Outcome;
import dev.onehop.health.Trial;
import dev.onehop.route.BackendKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The trials by which backends of one Service port return that were ejected for bad answers: which are open, and how many
 * of their requests went well so far (reliability 2.7).
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class SoftTrials {

    /** What a request on trial says. */
    enum Said {
        /** Nothing yet, or nothing any more: the trial was over before it ended. */
        NONE,
        /** The backend may return. */
        WELL,
        /** It is out again. */
        BADLY
    }

    private final Map<BackendKey, Open> open = new HashMap<>();

    /** Where requests may go. */
    List<Trial> open() {
        return open.values().stream().map(each -> each.trial).toList();
    }

    void begin(Backend backend) {
        open.put(backend.key(), new Open(new Trial(backend)));
    }

    void end(BackendKey key) {
        open.remove(key);
    }

    void endAll() {
        open.clear();
    }

    /** How a request went; where it says nothing, the next may come. */
    Said tried(Trial trial, Outcome outcome) {
        Open now = open.get(trial.backend().key());
        if (now == null || now.trial != trial) {
            return Said.NONE; // it was lost, or over, before this request ended
        }
        if (outcome instanceof Outcome.Failed failed && failed.signal().evidence() != Evidence.NONE) {
            return Said.BADLY;
        }
        if (outcome instanceof Outcome.Succeeded && ++now.good >= Trial.ENOUGH) {
            return Said.WELL;
        }
        trial.release();
        return Said.NONE;
    }

    /**
     * Ends those that have no place any more.
     *
     * @return whose place was still taken when their time was up: nobody ended that request (F-42)
     */
    List<Backend> endLost(Ejections ejections, RoutedBackends backends) {
        List<Backend> leaked = new ArrayList<>();
        open.values().removeIf(each -> {
            Backend backend = each.trial.backend();
            Ejection now = ejections.of(backend.key()).orElse(null);
            if (now != null && now.onTrial() && backends.contains(backend)) {
                return false;
            }
            if (now != null && !each.trial.take()) {
                leaked.add(backend);
            }
            return true;
        });
        return leaked;
    }

    private static final class Open {
        private final Trial trial;
        private int good;

        Open(Trial trial) {
            this.trial = trial;
        }
    }
}
