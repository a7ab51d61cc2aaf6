package dev.onehop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * When a dial is slow enough for another one beside it (reliability 3.2).
 *
 * <p>Immutable.
 *
 * @param after how long a dial has to be without an end, more than zero
 * @param dials where the other dial begins; never the loop, for dialers are the caller's code
 */
record Hedging(Duration after, Executor dials) {

    /** What gRPC waits before it tries a second address (happy eyeballs, gRFC A61). */
    static final Duration HAPPY_EYEBALLS = Duration.ofMillis(250);

    /** Hedging on the threads that asynchronous stages use by themselves. */
    static Hedging after(Duration after) {
        return new Hedging(after, new CompletableFuture<Void>().defaultExecutor());
    }
}
