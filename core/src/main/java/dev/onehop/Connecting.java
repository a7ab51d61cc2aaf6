package dev.onehop;

import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous call on its way to a connection.
 *
 * <p>Shared: safe from any thread.
 */
interface Connecting<T> {

    /** A call whose dials overlap where that was asked for and the dialer is known to only connect; never otherwise. */
    static <T> Connecting<T> by(
            AsyncDialer<T> dialer,
            Failover failover,
            ToIntFunction<Attempt> known,
            AsyncConnect.Next next,
            Picks picks,
            Settings settings) {
        return dialer instanceof AsyncConnector<T> connector
                        && settings.hedging().isPresent()
                ? new HedgedConnect<>(failover, connector, known, picks, settings)
                : new AsyncConnect<>(failover, dialer, known, next);
    }

    /** What the caller holds: cancelling it abandons what is under way. */
    CompletableFuture<T> result();

    /** Takes the first attempt, or the reason why there is none. */
    void begin(@Nullable Attempt attempt, @Nullable Throwable failure);
}
