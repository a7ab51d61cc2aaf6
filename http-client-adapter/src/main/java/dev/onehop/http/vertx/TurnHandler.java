package dev.onehop.http.vertx;

import dev.onehop.http.netty.dial.DialHandler;
import dev.onehop.http.netty.dial.PodTurn;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.proxy.ProxyHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Before the {@link DialHandler}: lets it dial turns. Where a proxy applies, has the proxy asked for the Service's name, as
 * ever, and whatever else is connected to is left alone.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class TurnHandler extends ChannelOutboundHandlerAdapter {

    private final DialHandler dial;

    TurnHandler(DialHandler dial) {
        this.dial = dial;
    }

    @Override
    public void connect(
            ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
        SocketAddress to = remote;
        if (remote instanceof PodTurn turn && ctx.pipeline().get(ProxyHandler.class) != null) {
            to = InetSocketAddress.createUnresolved(turn.getHostString(), turn.getPort());
        }
        if (!(to instanceof PodTurn)) {
            ctx.pipeline().remove(dial);
        }
        var unused = ctx.connect(to, local, promise);
        ctx.pipeline().remove(this);
    }
}
