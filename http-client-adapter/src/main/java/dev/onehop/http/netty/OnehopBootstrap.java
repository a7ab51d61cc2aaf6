package dev.onehop.http.netty;

import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.service.IpAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * A {@code Bootstrap} whose connects go to a Service's pods, with failover, and whose channels follow the fleet:
 *
 * <pre>{@code
 * OnehopBootstrap pods = OnehopBootstrap.on(bootstrap, onehop); // once; keep it
 * Future<Channel> connecting = pods.connect("orders-db.shop", 5432);
 * }</pre>
 *
 * <p>Every dial is a channel of its own, with the bootstrap's handler, options and attributes; failed ones are closed and
 * tried elsewhere: up to three pods, six while they refuse, each once. Where an {@code SslHandler} is in the pipeline once
 * the channel is registered, its handshake belongs to the dial, and handlers behind it hear that the channel is active when
 * it has succeeded. All of it takes {@code CONNECT_TIMEOUT_MILLIS} at most, and the handshake's own timeout besides. The
 * future is completed on the channel's event loop; cancelling it ends the connect, and blames nobody.
 *
 * <p>How it went is known to Onehop: connect, handshake, and a channel that is reset or ended without a word in answer. A
 * channel counts as in use for as long as it is open. A protocol that knows better says so by {@link #HELD}; then idle
 * channels of a pod that leaves are closed. Those in use are told by a {@link ConnectionRetiredEvent} and never closed.
 *
 * <p>Addresses that are not ours connect as {@code Bootstrap.connect} does, with its resolver, which also resolves a
 * Service's own name where that is to be dialled. For TCP; a pipeline with a {@code ProxyHandler} asks the proxy for the
 * Service by name.
 *
 * <p>Shared: safe from any thread, as long as nobody changes the bootstrap meanwhile.
 */
public final class OnehopBootstrap {

    /**
     * The connection of a channel to a pod, from before it is active; null where it goes to nobody of ours. Before each
     * exchange the protocol asks {@code begin()}, and ends the attempt that it gives. {@code gone()} is said by Onehop.
     */
    public static final AttributeKey<HeldConnection> HELD = AttributeKey.valueOf(OnehopBootstrap.class, "held");

    private final Bootstrap bootstrap;
    private final Onehop onehop;

    private OnehopBootstrap(Bootstrap bootstrap, Onehop onehop) {
        this.bootstrap = Objects.requireNonNull(bootstrap, "bootstrap");
        this.onehop = Objects.requireNonNull(onehop, "onehop");
    }

    /** {@code bootstrap}, which stays as it is, over {@code onehop}. */
    public static OnehopBootstrap on(Bootstrap bootstrap, Onehop onehop) {
        return new OnehopBootstrap(bootstrap, onehop);
    }

    /**
     * Connects to a name and port, which is not looked up where it is a Service's.
     *
     * @return fails with the last dial's own exception, which names the others among its suppressed ones; with {@link
     *     dev.onehop.NoBackendException} where kube-proxy would refuse or drop the connection too
     * @throws IllegalStateException as {@code Bootstrap.connect}; or when the bootstrap's handler is for one channel only
     */
    public Future<Channel> connect(String host, int port) {
        return connect(InetSocketAddress.createUnresolved(host, port));
    }

    /** As the other. A resolved address is a Service's where it is the ClusterIP of one in use. */
    public Future<Channel> connect(SocketAddress remote) {
        Objects.requireNonNull(remote, "remote");
        bootstrap.validate();
        EventLoop loop = bootstrap.config().group().next();
        Bootstrap onLoop = bootstrap.clone(loop);
        Promise<Channel> promise = loop.newPromise();
        Optional<Balancer> ours = balancer(remote);
        if (ours.isEmpty()) {
            Passing.on(onLoop.connect(remote), promise);
        } else {
            requireForMany(bootstrap.config().handler());
            new PodConnect(onLoop, loop, ours.get(), (InetSocketAddress) remote, promise).begin();
        }
        return promise;
    }

    private Optional<Balancer> balancer(SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress asked)) {
            return Optional.empty();
        }
        String host = asked.isUnresolved()
                ? asked.getHostString()
                : IpAddress.of(asked.getAddress()).toString();
        return onehop.forHost(host, asked.getPort());
    }

    private static void requireForMany(ChannelHandler handler) {
        if (handler instanceof ChannelHandlerAdapter adapter && !adapter.isSharable()) {
            throw new IllegalStateException(
                    "bootstrap: its handler " + handler.getClass().getName()
                            + " is for one channel (expected: a ChannelInitializer, or a handler that is @Sharable: every dial has"
                            + " a channel of its own)");
        }
    }
}
