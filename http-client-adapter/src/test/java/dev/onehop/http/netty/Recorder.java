package dev.onehop.http.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/** A user's handler that notes what it is told, with its channel's number: {@code 1 active}. */
final class Recorder extends ChannelInboundHandlerAdapter {

    private final int number;
    private final List<String> told;

    Recorder(int number, List<String> told) {
        this.number = number;
        this.told = told;
    }

    private void tell(String what) {
        told.add(number + " " + what);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        tell(ctx.channel().attr(OnehopBootstrap.HELD).get() == null ? "active" : "active, held");
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        tell("inactive");
        ctx.fireChannelInactive();
        ctx.close(); // as many do
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ReferenceCountUtil.release(msg);
        tell("read");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        tell(
                event instanceof SslHandshakeCompletionEvent tls
                        ? "handshake " + tls.isSuccess()
                        : event.getClass().getSimpleName());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        tell("exception");
    }
}
