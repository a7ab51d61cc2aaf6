package dev.onehop.http.jdk;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How one hop ended: with a response or a failure, for the caller unless there is a next hop.
 *
 * <p>Immutable.
 */
record Answer<T>(
        @Nullable HttpResponse<T> response,
        @Nullable Throwable failure,
        @Nullable Hop<T> next) {

    static <T> Answer<T> failed(Throwable failure) {
        return new Answer<>(null, failure, null);
    }

    /** What the caller gets. */
    CompletionStage<HttpResponse<T>> last() {
        return failure == null ? CompletableFuture.completedFuture(response) : CompletableFuture.failedFuture(failure);
    }
}
