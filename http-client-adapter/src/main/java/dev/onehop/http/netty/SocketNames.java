package dev.onehop.http.netty;

import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.FutureListener;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Resolves by a bootstrap's own resolver, as {@code Bootstrap.connect} does.
 *
 * @param group null where the bootstrap is to resolve nothing
 */
record SocketNames(@Nullable AddressResolverGroup<?> group, EventLoop loop) {

    /** Called on the event loop, where one of the two is called, once; at once where there is nothing to resolve. */
    @SuppressWarnings("unchecked")
    void resolved(SocketAddress address, Consumer<SocketAddress> then, Consumer<Throwable> otherwise) {
        if (group == null) {
            then.accept(address);
            return;
        }
        AddressResolver<SocketAddress> resolver = (AddressResolver<SocketAddress>) group.getResolver(loop);
        if (!resolver.isSupported(address) || resolver.isResolved(address)) {
            then.accept(address);
            return;
        }
        resolver.resolve(address).addListener((FutureListener<SocketAddress>) resolved -> {
            if (resolved.isSuccess()) {
                then.accept(resolved.getNow());
            } else {
                otherwise.accept(resolved.cause());
            }
        });
    }
}
