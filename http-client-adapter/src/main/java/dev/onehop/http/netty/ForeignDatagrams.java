package dev.onehop.http.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams to names that are not ours: each is looked up, and those of one name keep their order. What the lookup caches
 * is its own business.
 *
 * <p>Serial: on the executor of the handler's context.
 */
final class ForeignDatagrams {

    private final ChannelHandlerContext ctx;
    private final NameLookup lookup;
    private final Map<InetSocketAddress, WaitingDatagrams> lookups = new HashMap<>();

    ForeignDatagrams(ChannelHandlerContext ctx, NameLookup lookup) {
        this.ctx = ctx;
        this.lookup = lookup;
    }

    void write(InetSocketAddress name, Object msg, ChannelPromise promise) {
        WaitingDatagrams underWay = lookups.get(name);
        if (underWay != null) {
            underWay.add(msg, promise);
            return;
        }
        if (lookups.size() >= DatagramFlows.MOST) {
            WaitingDatagrams.fail(
                    msg, promise, new IOException("more than " + DatagramFlows.MOST + " names are being looked up"));
            return;
        }
        var waiting = new WaitingDatagrams(name);
        waiting.add(msg, promise);
        lookups.put(name, waiting);
        OnExecutor.whenDone(
                lookup.resolve(ctx.channel().eventLoop(), name),
                ctx.executor(),
                (address, thrown) -> resolved(name, waiting, address, thrown),
                nobody -> {});
    }

    /** Fails all that wait. */
    void end(IOException cause) {
        List<WaitingDatagrams> all = List.copyOf(lookups.values());
        lookups.clear();
        all.forEach(waiting -> waiting.fail(cause));
    }

    private void resolved(
            InetSocketAddress name,
            WaitingDatagrams waiting,
            @Nullable InetSocketAddress address,
            @Nullable Throwable thrown) {
        lookups.remove(name, waiting);
        if (address == null) {
            waiting.fail(FlowPick.failure(thrown == null ? new IllegalStateException("no address") : thrown));
            return;
        }
        waiting.send((msg, promise) -> {
            var unused = ctx.write(Readdressed.to(address, msg), promise);
        });
        ctx.flush(); // theirs came while they waited; one too many does no harm
    }
}
