package dev.onehop.http.netty;

import dev.onehop.Onehop;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * Resolves a Service's name and port to one of its pods, for anything built on Netty, picked anew for every connection:
 *
 * <pre>{@code
 * new Bootstrap().resolver(OnehopAddressResolverGroup.of(onehop)) ... .connect("orders-db.shop", 5432);
 * HttpClient.create().resolver(OnehopAddressResolverGroup.of(onehop)); // Reactor Netty
 * }</pre>
 *
 * <p>A resolved address carries the name that was asked for, so {@code SslContext.newHandler(alloc, host, port)} sends it
 * as SNI and checks the certificate against it, wherever the connection goes. Names that are not ours, and Services that
 * are to be reached by their ClusterIP, go to another group.
 *
 * <p>{@code Bootstrap} asks for one address: when that pod refuses, failing over is the client's business. Clients that ask
 * for all addresses, like Reactor Netty, get three distinct pods and try them in turn. How a connect ended is not seen
 * here, so no backend is ejected for it.
 *
 * <p>Shared: safe from any thread. Use one group for a client's lifetime: pools tell hosts apart by their group too.
 */
public final class OnehopAddressResolverGroup extends AddressResolverGroup<InetSocketAddress> {

    private final Onehop onehop;
    private final AddressResolverGroup<InetSocketAddress> others;

    private OnehopAddressResolverGroup(Onehop onehop, AddressResolverGroup<InetSocketAddress> others) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
        this.others = Objects.requireNonNull(others, "others");
    }

    /** Names that are not ours go to the JDK's resolver. */
    public static OnehopAddressResolverGroup of(Onehop onehop) {
        return of(onehop, DefaultAddressResolverGroup.INSTANCE);
    }

    /** Names that are not ours go to {@code others}, which stays the caller's to close. */
    public static OnehopAddressResolverGroup of(Onehop onehop, AddressResolverGroup<InetSocketAddress> others) {
        return new OnehopAddressResolverGroup(onehop, others);
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new OnehopAddressResolver(executor, onehop, others.getResolver(executor));
    }
}
