package dev.onehop;

import java.io.IOException;
import java.time.Duration;

/**
 * Opens one connection. Given to {@link Balancer#connect}, which calls it again with another backend when it fails
 * before any byte of a request was sent.
 *
 * @param <T> what a connection is to the caller
 */
@FunctionalInterface
public interface Dialer<T> {

    /**
     * Dials {@code attempt.address()}.
     *
     * <p>If this returns, the attempt stays with the caller, who ends it when the connection or request is over, or may
     * have ended it already. If it throws, Onehop ends it as failed.
     *
     * @param timeout how long this one dial may take
     * @throws IOException a refused, timed-out or unreachable connect or a broken TLS handshake lets another backend be
     *     tried; anything else goes to the caller at once. A socket's own timeout or reset during the handshake is to be
     *     wrapped into an {@code SSLHandshakeException}, or it looks as if it had come after the request
     */
    T dial(Attempt attempt, Duration timeout) throws IOException;
}
