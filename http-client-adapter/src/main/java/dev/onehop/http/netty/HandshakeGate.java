package dev.onehop.http.netty;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;

/**
 * Behind the TLS handler, until the handshake has ended: tells the {@link PodDial} how, and holds back from the user's
 * handlers that the channel is active until it has succeeded. A failed one is a failed connect to them: they hear of no
 * active channel, no exception, no end. What was read before ({@code read()}) or written is the TLS handler's to keep.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class HandshakeGate extends ChannelDuplexHandler {

    private final PodDial dial;
    private boolean active;

    HandshakeGate(PodDial dial) {
        this.dial = dial;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        active = true; // told when the handshake has succeeded
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (!(event instanceof SslCompletionEvent tls)) {
            super.userEventTriggered(ctx, event);
        } else if (!tls.isSuccess()) {
            dial.notHandshaken(tls.cause());
        } else if (tls instanceof SslHandshakeCompletionEvent && dial.handshaken()) {
            if (active) {
                super.channelActive(ctx);
            }
            super.userEventTriggered(ctx, event);
            if (!ctx.isRemoved()) {
                ctx.pipeline().remove(this);
            }
        }
    }

    /** The user gives up; the TLS handler's own closing does not come by here. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        dial.abandon();
        super.close(ctx, promise);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        dial.notHandshaken(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        dial.notHandshaken(new ClosedChannelException());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // of nothing that was read
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // of a channel that is not active
    }
}
