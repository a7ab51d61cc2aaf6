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
                var unused = connect.channel().close();
            }
        });
        connect.addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                var unused = done.channel().close();
                promise.tryFailure(done.cause());
            } else if (!promise.trySuccess(done.channel())) {
                var unused = done.channel().close();
            }
        });
    }
}
