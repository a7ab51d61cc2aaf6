package dev.onehop.http.netty;

import dev.onehop.Onehop;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.resolver.AddressResolverGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the datagrams of an unconnected channel to pods, while the caller writes to the Service and hears from the Service:
 *
 * <pre>{@code
 * channel.pipeline().addFirst(OnehopDatagramHandler.of(onehop)); // next to the socket, before all codecs
 * channel.writeAndFlush(new DatagramPacket(query, InetSocketAddress.createUnresolved("dns.shop", 53)));
 * }</pre>
 *
 * <p>A datagram is ours when its recipient is an unresolved address with the name of a Service; it must be a plain
 * {@link DatagramPacket} or {@link io.netty.channel.DefaultAddressedEnvelope}. A <em>flow</em> is this channel and that
 * name and port. Its first datagram picks a backend, and the flow stays there as a conntrack entry would (R42, R43): for
 * 30 s since its last datagram, or 120 s once it was answered; not when the backend becomes unready or terminating, but
 * only when it stops serving, or is gone, while others of the Service serve. What the backend sends appears to come from
 * the address that the caller wrote to, unresolved as it was. Two Services whose flows share a backend's address and port
 * cannot be told apart on one channel: an answer then comes from the one written to last.
 *
 * <p>While the first view is awaited, up to 64 datagrams of a flow wait, in order; more fail. A write fails with
 * {@link java.net.PortUnreachableException} where kube-proxy rejects, and with {@link dev.onehop.NoBackendException} where
 * the kernel would drop the datagram and say nothing (R25). A channel has up to 1,024 flows; one more ends the one that was
 * written to longest ago. The handler never blocks the event loop.
 *
 * <p>Serial: a channel's own, on its event loop; use a new one for every channel.
 */
public final class OnehopDatagramHandler extends ChannelDuplexHandler {

    private final Onehop onehop;
    private final @Nullable NameLookup others;
    private final LongSupplier nanoTime;
    private @Nullable DatagramFlows flows;
    private @Nullable ForeignDatagrams foreign;

    OnehopDatagramHandler(Onehop onehop, @Nullable NameLookup others, LongSupplier nanoTime) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
        this.others = others;
        this.nanoTime = nanoTime;
    }

    /**
     * Datagrams to names that are not ours pass as they are; Netty's channels refuse unresolved recipients. When Onehop
     * falls back to a ClusterIP it does not know, the JDK looks the Service's name up, on a thread of the common pool.
     */
    public static OnehopDatagramHandler of(Onehop onehop) {
        return new OnehopDatagramHandler(onehop, null, System::nanoTime);
    }

    /** Names that are not ours, and Services' own names, are looked up by {@code others}, which stays the caller's to close. */
    public static OnehopDatagramHandler of(Onehop onehop, AddressResolverGroup<InetSocketAddress> others) {
        return new OnehopDatagramHandler(
                onehop, NameLookup.by(Objects.requireNonNull(others, "others")), System::nanoTime);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        flows = new DatagramFlows(ctx, onehop, others == null ? NameLookup.jdk() : others, nanoTime);
        foreign = others == null ? null : new ForeignDatagrams(ctx, others);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
        if (flows != null
                && Readdressed.isPossible(msg)
                && ((AddressedEnvelope<?, ?>) msg).recipient() instanceof InetSocketAddress recipient
                && recipient.isUnresolved()) {
            if (flows.write(recipient, msg, promise)) {
                return;
            }
            if (foreign != null) {
                foreign.write(recipient, msg, promise);
                return;
            }
        }
        super.write(ctx, msg, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (flows != null && msg.getClass() == DatagramPacket.class) {
            DatagramPacket packet = (DatagramPacket) msg;
            InetSocketAddress service = flows.answered(packet.sender());
            if (service != null) {
                super.channelRead(ctx, new DatagramPacket(packet.content(), packet.recipient(), service));
                return;
            }
        }
        super.channelRead(ctx, msg);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        end(new ClosedChannelException());
        super.channelInactive(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end(
                ctx.channel().isOpen()
                        ? new IOException("OnehopDatagramHandler was removed while the datagram waited")
                        : new ClosedChannelException());
    }

    private void end(IOException cause) {
        if (flows != null) {
            flows.end(cause);
        }
        if (foreign != null) {
            foreign.end(cause);
        }
    }
}
