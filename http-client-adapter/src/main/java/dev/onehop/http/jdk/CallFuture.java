package dev.onehop.http.jdk;

import java.util.concurrent.CompletableFuture;

/**
 * The future of a call. Cancelling it, or one derived from it, ends the exchange, as with the JDK's own.
 *
 * <p>Shared: safe from any thread.
 */
final class CallFuture<T> extends CompletableFuture<T> {

    private final Runnable abandon;

    CallFuture(Runnable abandon) {
        this.abandon = abandon;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled && mayInterruptIfRunning) {
            abandon.run();
        }
        return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CallFuture<>(abandon);
    }
}
