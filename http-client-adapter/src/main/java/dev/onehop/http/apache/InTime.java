package dev.onehop.http.apache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.util.Timeout;

/**
 * The time that one dial has, its TLS handshake included. Apache takes every limit of a handshake for one of each read, so
 * that a peer that sends a byte now and then would hold it for ever.
 *
 * <p>Immutable.
 *
 * @param deadlineNanos on the clock of {@link System#nanoTime}
 */
record InTime(long deadlineNanos) {

    /** Begins now. */
    static InTime of(Timeout dial) {
        return new InTime(System.nanoTime() + dial.toNanoseconds());
    }

    /**
     * Calls {@code late} on a thread of the common pool when the time is over, unless what is returned has been completed
     * before: who completes it is who decides.
     */
    CompletableFuture<Void> orElse(Runnable late) {
        var decided = new CompletableFuture<Void>();
        long left = Math.max(1, deadlineNanos - System.nanoTime());
        var unused = decided.orTimeout(left, TimeUnit.NANOSECONDS).whenCompleteAsync((done, over) -> {
            if (over != null) {
                late.run();
            }
        });
        return decided;
    }
}
