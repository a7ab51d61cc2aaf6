package dev.onehop.http.netty;

import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BiConsumer;

/**
 * The datagrams of one recipient that wait until it is known where to send them, in the order they were written. Every one
 * that goes in is sent or released, once.
 *
 * <p>Not thread-safe: its channel's event loop's.
 */
final class WaitingDatagrams {

    /** As many as one recipient may have waiting: they are held for a second or so, and each may be 64 KiB. */
    static final int MOST = 64;

    private record Waiting(Object msg, ChannelPromise promise) {}

    private final InetSocketAddress recipient;
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    WaitingDatagrams(InetSocketAddress recipient) {
        this.recipient = recipient;
    }

    /** Takes the datagram; fails it when there are too many. */
    void add(Object msg, ChannelPromise promise) {
        if (waiting.size() >= MOST) {
            fail(
                    msg,
                    promise,
                    new IOException(recipient.getHostString() + ":" + recipient.getPort() + ": " + MOST
                            + " datagrams already wait to learn where to go; this one is not sent"));
        } else {
            waiting.add(new Waiting(msg, promise));
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void send(BiConsumer<Object, ChannelPromise> sender) {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            sender.accept(next.msg, next.promise);
        }
    }

    void fail(Throwable cause) {
        send((msg, promise) -> fail(msg, promise, cause));
    }

    /** Ends a datagram that is not sent. */
    static void fail(Object msg, ChannelPromise promise, Throwable cause) {
        ReferenceCountUtil.safeRelease(msg);
        promise.tryFailure(cause);
    }
}
