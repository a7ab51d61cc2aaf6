package dev.onehop.http.netty;

import dev.onehop.Onehop;
import dev.onehop.service.Protocol;
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
 * here, so no backend is ejected for it. {@link OnehopBootstrap} does all of that for those who connect a {@code Bootstrap}
 * themselves, and {@link dev.onehop.http.reactor.OnehopReactor} for Reactor Netty.
 *
 * <p>Shared: safe from any thread. Use one group for a client's lifetime: pools tell hosts apart by their group too.
 */
public final class OnehopAddressResolverGroup extends AddressResolverGroup<InetSocketAddress> {

    private final Onehop onehop;
    private final Protocol protocol;
    private final AddressResolverGroup<InetSocketAddress> others;

    private OnehopAddressResolverGroup(
            Onehop onehop, Protocol protocol, AddressResolverGroup<InetSocketAddress> others) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
        this.protocol = Objects.requireNonNull(protocol, "protocol");
        this.others = Objects.requireNonNull(others, "others");
    }

    /** Names that are not ours go to the JDK's resolver. */
    public static OnehopAddressResolverGroup of(Onehop onehop) {
        return of(onehop, DefaultAddressResolverGroup.INSTANCE);
    }

    /** Names that are not ours go to {@code others}, which stays the caller's to close. */
    public static OnehopAddressResolverGroup of(Onehop onehop, AddressResolverGroup<InetSocketAddress> others) {
        return new OnehopAddressResolverGroup(onehop, Protocol.TCP, others);
    }

    /**
     * The same for channels that speak another transport than TCP: {@code 53/UDP} and {@code 53/TCP} are two ports of a
     * Service, with pods and target ports of their own (R5, R11). A group of its own, with nothing to close beside it.
     *
     * <pre>{@code
     * new Bootstrap().channel(NioDatagramChannel.class).resolver(group.over(Protocol.UDP)) ... .connect("dns.shop", 53);
     * }</pre>
     *
     * <p>A connected datagram channel keeps its pod until it is closed; {@link OnehopDatagramHandler} moves on when the
     * pod stops serving.
     */
    public OnehopAddressResolverGroup over(Protocol protocol) {
        return new OnehopAddressResolverGroup(onehop, protocol, others);
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new OnehopAddressResolver(executor, onehop, protocol, others.getResolver(executor));
    }
}
