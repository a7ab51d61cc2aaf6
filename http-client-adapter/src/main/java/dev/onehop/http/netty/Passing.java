package dev.onehop.http.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.Promise;

/**
 * A channel's own connect, as the promise of the channel.
 *
 * <p>Called on any thread.
 */
final class Passing {

    private Passing() {}

    /** {@code promise} ends as {@code connect} does; cancelling it cancels that. */
    static void on(ChannelFuture connect, Promise<Channel> promise) {
        promise.addListener(done -> {
            if (promise.isCancelled()) {
                connect.cancel(false);
                close(connect.channel());
            }
        });
        connect.addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                promise.tryFailure(done.cause());
                close(done.channel());
            } else if (!promise.trySuccess(done.channel())) {
                close(done.channel());
            }
        });
    }

    /** One that could not be made has no event loop, and throws when it is closed. */
    private static void close(Channel channel) {
        if (channel.isRegistered()) {
            var unused = channel.close();
        }
    }
}
