package dev.onehop.health;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended. Three endings, not two: a call that its caller gave up teaches nothing about the backend.
 *
 * <p>Immutable.
 */
public sealed interface Outcome {

    /** The backend did what was asked of it. */
    record Succeeded() implements Outcome {}

    /**
     * The attempt failed.
     *
     * @param signal what that says about the backend
     * @param why for people, safe to print; {@code ""} where the signal says all
     * @param retryAfter how long the backend asks to be left alone; null where it does not say
     */
    record Failed(Signal signal, String why, @Nullable Duration retryAfter) implements Outcome {
        public Failed {
            Objects.requireNonNull(signal, "signal");
            Objects.requireNonNull(why, "why");
        }

        public Failed(Signal signal) {
            this(signal, "", null);
        }
    }

    /** Given up by the caller: cancelled, interrupted, or simply not used. */
    record Abandoned() implements Outcome {}

    Outcome SUCCEEDED = new Succeeded();
    Outcome ABANDONED = new Abandoned();
}
