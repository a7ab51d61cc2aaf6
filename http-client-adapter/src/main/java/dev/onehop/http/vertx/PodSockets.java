package dev.onehop.http.vertx;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.http.netty.dial.DialHandler;
import dev.onehop.http.netty.dial.Names;
import dev.onehop.http.netty.dial.PodTurn;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.util.AttributeKey;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * The sockets of a transport: clients' connects to a Service are turns to dial a pod, which a handler next to the socket
 * takes.
 *
 * <p>Shared: safe from any thread.
 */
final class PodSockets extends ForwardingTransport {

    /** What a channel's connect goes by, and with it the resolver of its Vert.x. */
    private static final AttributeKey<Bootstrap> BOOTSTRAP = AttributeKey.valueOf(PodSockets.class, "bootstrap");

    private final Onehop onehop;
    private final PodConnections connections;
    private final Redials redials;

    PodSockets(Transport own, Onehop onehop, PodConnections connections, Redials redials) {
        super(own);
        this.onehop = onehop;
        this.connections = connections;
        this.redials = redials;
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        if (!address.isInetSocket()) {
            return super.convert(address);
        }
        String literal = address.hostAddress();
        Optional<Balancer> balancer = onehop.forHost(literal == null ? address.host() : literal, address.port());
        if (balancer.isEmpty()) {
            return super.convert(address);
        }
        var asked = InetSocketAddress.createUnresolved(address.host(), address.port());
        return new PodTurn(asked, () -> redials.next(asked, balancer.get()));
    }

    @Override
    public void configure(ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
        super.configure(options, connectTimeout, domainSocket, bootstrap);
        bootstrap.attr(BOOTSTRAP, bootstrap);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        ChannelFactory<? extends Channel> factory = super.channelFactory(domainSocket);
        return domainSocket ? factory : () -> dialling(factory.newChannel());
    }

    private <C extends Channel> C dialling(C channel) {
        var dial = new DialHandler(PodSockets::names, (attempt, made) -> {
            made.attr(BOOTSTRAP).set(null);
            return connections.made(attempt, made);
        });
        channel.pipeline().addLast("onehop.dial", dial).addLast("onehop.turn", new TurnHandler(dial));
        return channel;
    }

    private static Names names(Channel channel) {
        return new Names(channel.attr(BOOTSTRAP).get().config().resolver());
    }
}
