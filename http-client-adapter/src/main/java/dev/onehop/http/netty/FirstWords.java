package dev.onehop.http.netty;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Beside the {@link PodTalk}: sees that something is said on a channel, not what. Once the pod has said something there is
 * nothing more to see, and it goes: what is read and written later costs nothing.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class FirstWords extends ChannelDuplexHandler {

    private final PodTalk talk;

    FirstWords(PodTalk talk) {
        this.talk = talk;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
        talk.asked();
        super.write(ctx, msg, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        talk.answered();
        super.channelRead(ctx, msg);
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }
}
