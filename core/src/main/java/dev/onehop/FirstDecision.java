package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What first callers wait for: a snapshot that says what to do, and that comes at the latest when the initial wait is over.
 *
 * <p>Serial: belongs to the pipeline's loop; {@link #decided}, {@link #settle} and {@link #end} are shared: safe from any
 * thread.
 */
final class FirstDecision {

    private final CompletableFuture<Eligible> decided = new CompletableFuture<>();
    private volatile Cancellable timer = () -> {};
    private boolean waiting = true;

    /** @param over runs on the loop when nobody is to wait any longer */
    void await(SerialScheduler loop, Duration initialWait, Runnable over) {
        timer = loop.schedule(initialWait, () -> {
            waiting = false;
            over.run();
        });
    }

    /** Whether attempts may still be told to wait for a first view. */
    boolean isWaiting() {
        return waiting;
    }

    CompletableFuture<Eligible> decided() {
        return decided;
    }

    /** A snapshot was published. Callers go on elsewhere: what they do next must not hold up the loop. */
    void published(Eligible next) {
        if (!(next.decision() instanceof Decision.Wait) && !decided.isDone()) {
            decided.completeAsync(() -> next);
        }
    }

    /** This is what callers get, unless they have got something already. */
    void settle(Eligible last) {
        decided.complete(last);
    }

    /** Idempotent. */
    void end() {
        timer.cancel();
    }
}
