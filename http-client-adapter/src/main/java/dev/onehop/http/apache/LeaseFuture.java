package dev.onehop.http.apache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.concurrent.BasicFuture;
import org.apache.hc.core5.concurrent.FutureCallback;

/**
 * A lease under way, which can be cancelled even after it was granted: a client whose lease is granted at once connects
 * before it notes what it would have to cancel, and goes on to hold the lease where it means the connect.
 *
 * <p>Shared: safe from any thread.
 */
final class LeaseFuture extends BasicFuture<AsyncConnectionEndpoint> {

    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    LeaseFuture(FutureCallback<AsyncConnectionEndpoint> callback) {
        super(callback);
    }

    /** Cancels {@code underWay} when this is cancelled, at once if it is. */
    void endsWithIt(Future<?> underWay) {
        var unused = cancelled.thenRun(() -> underWay.cancel(true));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean inTime = super.cancel(mayInterruptIfRunning);
        cancelled.complete(null);
        return inTime;
    }
}
