package dev.onehop.http.jdk;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * The calls under way, each with all its hops, and whether more may begin.
 *
 * <p>Shared: safe from any thread; one monitor guards the count and every change, and nothing else happens inside it.
 */
final class OpenCalls {

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private int open;
    private volatile boolean closed;

    /**
     * A call begins; {@link #end} follows.
     *
     * @throws IOException when closed
     */
    synchronized void begin() throws IOException {
        if (closed) {
            throw new IOException("OnehopHttpClient is closed");
        }
        open++;
    }

    /** A call is over. */
    void end() {
        boolean last;
        synchronized (this) {
            open--;
            last = closed && open == 0;
        }
        if (last) {
            ended.complete(null);
        }
    }

    /** No more calls begin. Idempotent. */
    void close() {
        boolean none;
        synchronized (this) {
            closed = true;
            none = open == 0;
        }
        if (none) {
            ended.complete(null);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Completes when closed and the last call is over. */
    CompletableFuture<Void> ended() {
        return ended;
    }
}
