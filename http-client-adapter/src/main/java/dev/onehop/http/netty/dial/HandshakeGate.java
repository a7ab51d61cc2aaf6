package dev.onehop.http.netty.dial;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Behind the TLS handler: tells the {@link Dial} how the handshake ended, and keeps a failed one from the client, which
 * is told of a failed connect instead.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class HandshakeGate extends ChannelDuplexHandler {

    private final Dial dial;

    HandshakeGate(Dial dial) {
        this.dial = dial;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            dial.handshaken(handshake.isSuccess() ? null : handshake.cause());
            if (handshake.isSuccess() && !dial.hasFailed()) {
                ctx.pipeline().remove(this);
            }
        }
        if (!dial.hasFailed()) {
            super.userEventTriggered(ctx, event);
        }
    }

    /** The client gives up, or has been told of a failure. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        dial.abandon();
        super.close(ctx, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (!dial.hasFailed()) {
            super.channelInactive(ctx);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (!dial.hasFailed()) {
            super.exceptionCaught(ctx, cause);
        }
    }
}
