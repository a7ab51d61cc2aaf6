package dev.onehop.http.reactor;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Next to the socket: dials a pod where the client connects to a {@link PodTurn}, and goes when that stands.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class DialHandler extends ChannelDuplexHandler {

    private final Names names;
    private @Nullable Dial dial;

    DialHandler(Names names) {
        this.names = names;
    }

    @Override
    public void connect(
            ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise)
            throws Exception {
        if (remote instanceof PodTurn turn) {
            dial = new Dial(ctx, turn, local, promise, names);
            dial.begin();
        } else {
            super.connect(ctx, remote, local, promise);
        }
    }

    /** The client gives up, or has been told of a failure; the TLS handler's own closing would come by here too. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        if (dial != null && !dial.isSecured()) {
            dial.abandon();
        }
        super.close(ctx, promise);
    }
}
