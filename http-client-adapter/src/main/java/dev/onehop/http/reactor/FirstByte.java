package dev.onehop.http.reactor;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Next to the codec of HTTP/1.1: tells of every byte that comes, of which the codec makes a response only when its head is
 * complete.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class FirstByte extends ChannelInboundHandlerAdapter {

    private final Runnable heard;

    FirstByte(Runnable heard) {
        this.heard = heard;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        heard.run();
        super.channelRead(ctx, msg);
    }
}
