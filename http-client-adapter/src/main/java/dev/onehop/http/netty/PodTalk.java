package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.health.Signal;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Next to the socket, or to TLS: sees how a channel ends. When it has, and the user's handlers have had their say, the
 * channel's own attempt ends, unless they have ended it, by what {@link FirstWords} has seen:
 *
 * <ul>
 *   <li>something had come: succeeded; but nothing is learnt where it was reset then, for pods do that to idle ones.
 *   <li>nothing had come, and it was reset, or ended by the pod though it had been asked: held against the pod.
 *   <li>nothing had come, and our side closed it: abandoned, nothing is learnt.
 * </ul>
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class PodTalk extends ChannelDuplexHandler {

    private final PodChannel pod;
    private boolean asked;
    private boolean answered;
    private boolean closing;
    private boolean endedByPod;
    private boolean over;
    private @Nullable Throwable broken;

    PodTalk(PodChannel pod) {
        this.pod = pod;
    }

    /** Something is being said to the pod. */
    void asked() {
        asked = true;
    }

    /** The pod has said something. */
    void answered() {
        answered = true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (broken == null && !closing) {
            broken = cause;
        }
        super.exceptionCaught(ctx, cause);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        closing = true;
        super.close(ctx, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        // users' handlers often close once more, and an event loop that shuts down closes all
        endedByPod = !closing && !ctx.channel().eventLoop().isShuttingDown();
        super.channelInactive(ctx);
        end();
    }

    /** By somebody who wants no handlers, or because the channel is closed. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ctx.channel().closeFuture().addListener(closed -> end());
    }

    private void end() {
        if (!over) {
            over = true;
            end(pod.made());
            pod.gone();
        }
    }

    private void end(Attempt made) {
        if (answered && broken != null) {
            made.failed(Signal.STALE_CONNECTION);
        } else if (answered) {
            made.succeeded();
        } else if (broken != null) {
            made.failed(broken);
        } else if (asked && endedByPod) {
            made.failed(Signal.RESET);
        } else {
            made.close();
        }
    }
}
