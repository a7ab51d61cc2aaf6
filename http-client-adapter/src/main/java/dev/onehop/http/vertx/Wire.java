package dev.onehop.http.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's channel knows of its end, and Vert.x does not tell: what broke it, which HTTP/2's requests are not
 * told, and whether its user has closed it, or the client or the Vert.x it is of.
 *
 * <p>Shared: safe from any thread, but for {@link #watch} and {@link #quietly}, which are the event loop's.
 */
final class Wire {

    private final Channel channel;
    private volatile @Nullable Throwable broken;
    private volatile boolean closed;
    private boolean quiet;

    Wire(Channel channel) {
        this.channel = channel;
    }

    /** To be called when Vert.x has made the channel HTTP's: before, it takes out what it does not know. */
    void watch() {
        if (channel.isActive()) {
            ChannelPipeline pipeline = channel.pipeline();
            ChannelHandlerContext tls = pipeline.context(SslHandler.class);
            if (tls == null) {
                pipeline.addFirst("onehop.breaks", new Breaking());
            } else {
                pipeline.addAfter(tls.name(), "onehop.breaks", new Breaking());
            }
            pipeline.addLast("onehop.close", new Closing());
        }
    }

    /** Does something whose closing of the channel is none of its user's. */
    void quietly(Runnable step) {
        quiet = true;
        step.run();
        quiet = false;
    }

    /** What went wrong on it, unless it is known otherwise; null for nothing. */
    @Nullable Throwable broken() {
        return broken;
    }

    /** Whether it was closed on our side, and not for what went wrong on it. */
    boolean isClosedByUser() {
        return closed && broken == null;
    }

    /** Whether it speaks HTTP/2, or is about to. */
    boolean isHttp2() {
        return channel.pipeline().get(Http2ConnectionHandler.class) != null;
    }

    /** Whether it was to speak HTTP/2, and its pod has not said a word of it. */
    boolean isMute() {
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        return http2 != null && !http2.decoder().prefaceReceived();
    }

    /** Whether its pod's GOAWAY says that it has done nothing with a stream of ours. */
    boolean isNotBegun(int stream) {
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        return http2 != null
                && http2.connection().goAwayReceived()
                && stream > http2.connection().local().lastStreamKnownByPeer();
    }

    /** Next to the socket, or to TLS: before all that keeps exceptions to itself. */
    private final class Breaking extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
            if (broken == null) {
                broken = cause;
            }
            super.exceptionCaught(ctx, cause);
        }
    }

    /** Last: what Vert.x closes for its own reasons, it closes from its own handler, which is before. */
    private final class Closing extends ChannelOutboundHandlerAdapter {

        @Override
        public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
            if (!quiet && ctx.pipeline().lastContext() == ctx) {
                closed = true;
            }
            super.close(ctx, promise);
        }
    }
}
