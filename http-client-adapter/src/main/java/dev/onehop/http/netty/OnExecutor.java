package dev.onehop.http.netty;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the outcome of a future to the executor that began it.
 *
 * <p>Called on that executor.
 */
final class OnExecutor {

    private OnExecutor() {}

    /**
     * Calls {@code then} before returning if the outcome is there, else on {@code executor}.
     *
     * @param tooLate gets a result that comes when the executor has shut down
     */
    static <T> void whenDone(
            CompletableFuture<T> future,
            EventExecutor executor,
            BiConsumer<@Nullable T, @Nullable Throwable> then,
            Consumer<@Nullable T> tooLate) {
        if (!future.isDone()) {
            future.minimalCompletionStage().whenComplete((result, thrown) -> {
                try {
                    executor.execute(() -> then.accept(result, thrown));
                } catch (RejectedExecutionException shutDown) {
                    tooLate.accept(result);
                }
            });
            return;
        }
        T result;
        try {
            result = future.join();
        } catch (CompletionException | CancellationException failed) {
            then.accept(null, failed);
            return;
        }
        then.accept(result, null);
    }
}
