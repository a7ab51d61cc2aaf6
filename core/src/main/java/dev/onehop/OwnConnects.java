package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connects of our own that health asks for, and what their endings say.
 *
 * <p>Serial: asked for on the pipeline's loop; they end on any thread.
 */
final class OwnConnects {

    /** Hears how a connect went, on any thread. */
    interface Ended {
        /**
         * A connect has ended.
         *
         * @param failure what its failure means; null when it stood
         */
        void ended(Backend backend, @Nullable Signal failure);
    }

    private final Settings settings;
    private final Checkup checkup;
    private final BooleanSupplier closed;
    private final Ended ended;

    OwnConnects(Settings settings, Checkup checkup, BooleanSupplier closed, Ended ended) {
        this.settings = settings;
        this.checkup = checkup;
        this.closed = closed;
        this.ended = ended;
    }

    /** Tries a backend that is out: whatever is checked has to pass. */
    void trial(Backend backend, Duration timeout) {
        if (!closed.getAsBoolean()) {
            follow(backend, checkup.trial(backend, timeout));
        }
    }

    /** Looks into a suspicion: a bare connect. */
    void look(Backend backend, Duration timeout) {
        if (!closed.getAsBoolean()) {
            follow(backend, settings.prober().connect(backend.address(), timeout));
        }
    }

    private void follow(Backend backend, CompletionStage<?> connect) {
        connect.whenComplete((connected, failure) -> {
            Signal signal = failure == null ? null : settings.classifier().ofFailure(AsyncConnect.bare(failure));
            ended.ended(backend, signal);
        });
    }
}
