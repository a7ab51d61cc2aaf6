package dev.onehop.http.netty;

import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.FutureListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Resolves names that Onehop does not, without blocking the event loop.
 *
 * <p>Shared: safe from any thread.
 */
interface NameLookup {

    /** Completes with the resolved address, on any thread. */
    CompletableFuture<InetSocketAddress> resolve(EventLoop loop, InetSocketAddress name);

    /** The JDK's lookup, which blocks, on the common pool. */
    static NameLookup jdk() {
        return (loop, name) -> CompletableFuture.supplyAsync(() -> {
            try {
                return new InetSocketAddress(InetAddress.getByName(name.getHostString()), name.getPort());
            } catch (UnknownHostException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** The resolver of {@code group} for the event loop. */
    static NameLookup by(AddressResolverGroup<InetSocketAddress> group) {
        return (loop, name) -> {
            var resolved = new CompletableFuture<InetSocketAddress>();
            Runnable lookup = () -> {
                try {
                    group.getResolver(loop).resolve(name).addListener((FutureListener<InetSocketAddress>) done -> {
                        if (done.isSuccess()) {
                            resolved.complete(done.getNow());
                        } else {
                            resolved.completeExceptionally(done.cause());
                        }
                    });
                } catch (RuntimeException e) {
                    resolved.completeExceptionally(e);
                }
            };
            try {
                if (loop.inEventLoop()) {
                    lookup.run();
                } else {
                    loop.execute(lookup);
                }
            } catch (RuntimeException shutDown) {
                resolved.completeExceptionally(shutDown);
            }
            return resolved;
        };
    }
}
