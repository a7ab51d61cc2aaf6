package dev.onehop.k8s.fake;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A fault waiting for its requests, and how many more of them it will meet.
 *
 * <p>Shared: safe from any thread.
 */
final class ArmedFault {
    private final @Nullable Verb verb;
    private final @Nullable ApiResource resource;
    private final AtomicInteger toPass;
    private final AtomicInteger left;
    private final Effect effect;

    ArmedFault(@Nullable Verb verb, @Nullable ApiResource resource, int passing, int times, Effect effect) {
        this.verb = verb;
        this.resource = resource;
        this.toPass = new AtomicInteger(passing);
        this.left = new AtomicInteger(times);
        this.effect = effect;
    }

    Effect effect() {
        return effect;
    }

    boolean spent() {
        return left.get() == 0;
    }

    boolean meets(@Nullable ApiCall call) {
        if (call == null) {
            return verb == Verb.DOCUMENT;
        }
        return (verb == null || verb == call.verb()) && (resource == null || resource == call.resource());
    }

    /** Uses it up by one request; false when this one passes unharmed, or others have used it up before. */
    boolean take() {
        if (toPass.getAndUpdate(n -> n > 0 ? n - 1 : n) > 0) {
            return false;
        }
        return left.getAndUpdate(n -> n > 0 ? n - 1 : n) != 0;
    }
}
