package dev.onehop.http.vertx;

import dev.onehop.Balancer;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Connects that are made again because a pod could not be connected to. Whose turn the next channel's is cannot be said
 * through Vert.x and its pools: it is that of a call of the same name and port which waits for one.
 *
 * <p>Shared: safe from any thread.
 */
final class Redials {

    /** One more than core dials, lest callers that take each other's turns go on for ever. */
    private static final int MOST = 7;

    /** So many connections may be closed or retired between the pool and the caller, who tries another one. */
    private static final int MOST_CLOSED = 5;

    /** HTTP/2: so many pods may close a connection before their {@code SETTINGS}, or speak something else. */
    private static final int MOST_MUTE = 2;

    private final Queue<ConnectCall> waiting = new ConcurrentLinkedQueue<>();

    /** The call that a channel to {@code asked} is to dial for: one that waits, or a new one. */
    ConnectCall next(InetSocketAddress asked, Balancer balancer) {
        return List.copyOf(waiting).stream()
                .filter(call -> call.isTo(asked) && waiting.remove(call))
                .findFirst()
                .orElseGet(() -> new ConnectCall(asked, balancer));
    }

    /**
     * Connects, and again as long as core would dial another pod.
     *
     * @param connect whose failure means that nothing was sent
     */
    <T> Future<T> connecting(Supplier<Future<T>> connect) {
        return connecting(connect, 1);
    }

    private <T> Future<T> connecting(Supplier<Future<T>> connect, int times) {
        return connect.get().recover(failure -> {
            ConnectCall call = ConnectCall.of(failure);
            if (call == null) {
                return times <= mostAgain(failure) ? connecting(connect, times + 1) : Future.failedFuture(failure);
            }
            if (times >= MOST) {
                return Future.failedFuture(failure);
            }
            waiting.add(call);
            try {
                return connecting(connect, times + 1).onComplete(done -> waiting.remove(call));
            } catch (RuntimeException closed) { // the client, by its owner
                waiting.remove(call);
                return Future.failedFuture(closed);
            }
        });
    }

    /** How often a connection is asked for again that came to nothing, though it was made. */
    private static int mostAgain(Throwable failure) {
        if (failure instanceof HttpClosedException) {
            return MOST_CLOSED;
        }
        boolean mute = failure == NetSocketInternal.CLOSED_EXCEPTION || failure instanceof Http2Exception;
        return mute ? MOST_MUTE : 0;
    }
}
