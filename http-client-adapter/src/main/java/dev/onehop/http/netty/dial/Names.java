package dev.onehop.http.netty.dial;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;

/**
 * The client's own resolver group, which says of every address whether it can resolve it.
 *
 * <p>Shared: safe from any thread.
 */
public record Names(AddressResolverGroup<?> group) {

    /** The resolver of one event loop. */
    @SuppressWarnings("unchecked")
    public AddressResolver<SocketAddress> on(EventExecutor executor) {
        return (AddressResolver<SocketAddress>) group.getResolver(executor);
    }
}
