package dev.onehop;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Opens one connection without blocking: {@link Dialer} for {@link Balancer#connectAsync}.
 *
 * @param <T> what a connection is to the caller
 */
@FunctionalInterface
public interface AsyncDialer<T> {

    /**
     * Begins to dial {@code attempt.address()}, which is unresolved when the connection falls back to the ClusterIP and
     * only the Service's name is known.
     *
     * @param timeout how long this one dial may take; keeping to it is the dialer's duty
     * @return completes as {@link Dialer#dial} returns or throws
     */
    CompletionStage<T> dial(Attempt attempt, Duration timeout);
}
