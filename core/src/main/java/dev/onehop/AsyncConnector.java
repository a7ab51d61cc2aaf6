package dev.onehop;

/**
 * An {@link AsyncDialer} that connects, and sends no byte of a request. Saying so by this type is what lets two of its
 * dials be under way at once ({@link OnehopBuilder#hedgedConnect(boolean)}): a request must never be sent twice, a
 * connection that is not needed is only closed. A TLS handshake is part of connecting, without early data.
 *
 * <pre>{@code
 * AsyncConnector<AsynchronousSocketChannel> connector = (attempt, timeout) -> connected(attempt.address(), timeout);
 * balancer.connectAsync(Duration.ofSeconds(3), connector);
 * }</pre>
 *
 * <p>Shared: two dials of one call may overlap, on different threads. What it connects should be {@link AutoCloseable},
 * or connections that nobody needs stay open.
 *
 * @param <T> what a connection is to the caller
 */
@FunctionalInterface
public interface AsyncConnector<T> extends AsyncDialer<T> {}
