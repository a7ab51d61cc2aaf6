package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a call has under way, so that it can be cancelled.
 *
 * <p>Cancelled from any thread; everything else follows one step after the other.
 */
final class UnderWay {

    private volatile boolean cancelled;
    private volatile @Nullable Attempt attempt;
    private volatile @Nullable CompletableFuture<?> sent;

    /** Ends what is under way; its attempt teaches nothing. */
    void cancel() {
        cancelled = true;
        Attempt open = attempt;
        if (open != null) {
            open.close();
        }
        CompletableFuture<?> request = sent;
        if (request != null) {
            request.cancel(true);
        }
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** @throws CancellationException when cancelled */
    void check() {
        if (cancelled) {
            throw new CancellationException();
        }
    }

    /** The call goes to this backend now. */
    void goesTo(Attempt picked) {
        attempt = picked;
    }

    /** The call waits for this now; returned as it is. */
    <R> CompletableFuture<R> waitsFor(CompletableFuture<R> request) {
        sent = request;
        if (cancelled) {
            cancel(); // it came before there was anything to cancel
        }
        return request;
    }
}
