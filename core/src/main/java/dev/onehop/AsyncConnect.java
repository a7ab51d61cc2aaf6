package dev.onehop;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One asynchronous call: dials, and dials again elsewhere, until it has a connection, an error for its caller, or no
 * caller any more.
 *
 * <p>Shared: its steps follow one another on whatever threads the dialer completes on; cancelling comes from any.
 */
final class AsyncConnect<T> implements Connecting<T> {

    private static final Logger log = LoggerFactory.getLogger(AsyncConnect.class);

    /** Where to go after a failed dial; empty when the failure is the caller's. */
    @FunctionalInterface
    interface Next {
        Optional<Attempt> after(Failover failover, Attempt failed, Throwable failure);
    }

    private final Failover failover;
    private final AsyncDialer<T> dialer;
    private final ToIntFunction<Attempt> known;
    private final Next next;
    private final CompletableFuture<T> result = new Result();
    private volatile @Nullable Attempt current;

    AsyncConnect(Failover failover, AsyncDialer<T> dialer, ToIntFunction<Attempt> known, Next next) {
        this.failover = failover;
        this.dialer = dialer;
        this.known = known;
        this.next = next;
    }

    @Override
    public CompletableFuture<T> result() {
        return result;
    }

    @Override
    public void begin(@Nullable Attempt attempt, @Nullable Throwable failure) {
        if (attempt == null) {
            result.completeExceptionally(bare(Objects.requireNonNull(failure)));
        } else {
            dial(attempt);
        }
    }

    private void dial(Attempt attempt) {
        current = attempt;
        if (result.isDone()) {
            attempt.close();
            return;
        }
        CompletionStage<T> dialled;
        try {
            Duration timeout = failover.nextDial(attempt, known.applyAsInt(attempt));
            dialled = dialer.dial(attempt, timeout);
        } catch (Exception | Error e) {
            dialled = CompletableFuture.failedFuture(e);
        }
        T connection = now(dialled);
        if (connection == null) {
            dialled.whenComplete((connected, failure) -> ended(attempt, connected, failure));
        } else {
            connected(attempt, connection);
        }
    }

    /** What {@code dialled} has come to; null where that is not known, or nothing good, or a stage that only stages may ask. */
    private static <T> @Nullable T now(CompletionStage<T> dialled) {
        if (dialled.getClass() != CompletableFuture.class) {
            return null;
        }
        CompletableFuture<T> future = dialled.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
    }

    private void ended(Attempt attempt, @Nullable T connection, @Nullable Throwable failure) {
        if (failure != null) {
            failed(attempt, bare(failure));
        } else if (connection == null) {
            failed(attempt, new NullPointerException("what the dialer's stage completed with"));
        } else {
            connected(attempt, connection);
        }
    }

    private void connected(Attempt attempt, T connection) {
        attempt.connected();
        if (!result.complete(connection)) {
            attempt.close();
            hangUp(connection);
        }
    }

    /** Closes a connection that nobody waits for, if it can be. */
    static void hangUp(Object connection) {
        if (connection instanceof AutoCloseable unwanted) {
            try {
                unwanted.close();
            } catch (Exception e) {
                log.debug("closing a connection nobody waits for failed", e);
            }
        }
    }

    private void failed(Attempt attempt, Throwable failure) {
        if (result.isDone()) {
            attempt.close();
            return;
        }
        Optional<Attempt> another = next.after(failover, attempt, failure);
        if (another.isPresent()) {
            dial(another.get());
        } else {
            failover.explain(failure);
            result.completeExceptionally(failure);
        }
    }

    static Throwable bare(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Cancelling it abandons the dial under way. */
    private final class Result extends CompletableFuture<T> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            Attempt attempt = current;
            if (cancelled && attempt != null) {
                attempt.close();
            }
            return cancelled;
        }
    }
}
