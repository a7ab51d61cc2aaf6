package dev.onehop.http.reactor;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;

/**
 * The client's own resolver group, which says of every address whether it can resolve it.
 *
 * <p>Shared: safe from any thread.
 */
record Names(AddressResolverGroup<?> group) {

    @SuppressWarnings("unchecked")
    AddressResolver<SocketAddress> on(EventExecutor executor) {
        return (AddressResolver<SocketAddress>) group.getResolver(executor);
    }
}
