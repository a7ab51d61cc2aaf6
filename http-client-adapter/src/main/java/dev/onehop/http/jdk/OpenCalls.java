package dev.onehop.http.jdk;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The calls under way, each with all its hops, and whether more may begin.
 *
 * <p>Shared: safe from any thread, without a lock.
 */
final class OpenCalls {

    /** The sign, so that what is left is the count. */
    private static final int CLOSED = 1 << 31;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** How many are open, and whether it is closed. */
    private final AtomicInteger state = new AtomicInteger();

    /**
     * A call begins; {@link #end} follows.
     *
     * @throws IOException when closed
     */
    void begin() throws IOException {
        if (state.incrementAndGet() < 0) {
            end();
            throw new IOException("OnehopHttpClient is closed");
        }
    }

    /** A call is over. */
    void end() {
        if (state.decrementAndGet() == CLOSED) {
            ended.complete(null);
        }
    }

    /** No more calls begin. Idempotent. */
    void close() {
        if ((state.getAndUpdate(now -> now | CLOSED) & ~CLOSED) == 0) {
            ended.complete(null);
        }
    }

    boolean isClosed() {
        return state.get() < 0;
    }

    /** Completes when closed and the last call is over. */
    CompletableFuture<Void> ended() {
        return ended;
    }
}
