package dev.onehop.http.netty.dial;

import dev.onehop.Attempt;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Next to the socket: dials a pod where the client connects to a {@link PodTurn}, and goes when that stands.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
public final class DialHandler extends ChannelDuplexHandler {

    private final Function<Channel, Names> names;
    private final Made made;
    private final Patience patience;
    private @Nullable Dial dial;

    /** What a connection that stands is to the adapter. */
    @FunctionalInterface
    public interface Made {

        /** Called on the channel's event loop, before the client hears of the connection. */
        AutoCloseable by(Attempt attempt, Channel channel);
    }

    /** @param names resolve what is to be reached by its name after all */
    public DialHandler(Function<Channel, Names> names, Made made) {
        this(names, made, Patience.CONNECT_AND_HANDSHAKE_TIMEOUT);
    }

    /**
     * @param names resolve what is to be reached by its name after all
     * @param patience for all dials of a connect
     */
    public DialHandler(Function<Channel, Names> names, Made made, Patience patience) {
        this.names = names;
        this.made = made;
        this.patience = patience;
    }

    @Override
    public void connect(
            ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise)
            throws Exception {
        if (remote instanceof PodTurn turn) {
            dial = new Dial(ctx, turn, local, promise, names.apply(ctx.channel()), made, patience);
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
