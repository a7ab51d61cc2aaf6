package dev.onehop.http.reactor;

import dev.onehop.http.netty.dial.DialHandler;
import dev.onehop.http.netty.dial.Names;
import dev.onehop.http.netty.dial.Patience;
import dev.onehop.http.netty.dial.PodTurn;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelPipelineConfigurer;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;

/**
 * Has a client's channel dial pods; where a proxy applies, has the proxy asked for the Service's name, as ever.
 *
 * <p>Shared: safe from any thread.
 */
final class PodChannelInit implements ChannelPipelineConfigurer {

    private final Names names;

    PodChannelInit(Names names) {
        this.names = names;
    }

    @Override
    public void onChannelInit(ConnectionObserver observer, Channel channel, @Nullable SocketAddress remoteAddress) {
        if (channel.pipeline().get(NettyPipeline.ProxyHandler) == null) {
            channel.pipeline()
                    .addFirst(
                            "onehop.dial", new DialHandler(any -> names, PodConnection::of, Patience.CONNECT_TIMEOUT));
        } else {
            channel.pipeline().addLast("onehop.byName", new ByName());
        }
    }

    /** Nearest to whoever connects, and so before the proxy's handler. */
    private static final class ByName extends ChannelOutboundHandlerAdapter {

        @Override
        public void connect(
                ChannelHandlerContext ctx,
                SocketAddress remote,
                @Nullable SocketAddress local,
                ChannelPromise promise) {
            SocketAddress to = remote instanceof PodTurn turn
                    ? InetSocketAddress.createUnresolved(turn.getHostString(), turn.getPort())
                    : remote;
            var unused = ctx.connect(to, local, promise);
        }
    }
}
