package dev.onehop.http.netty;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Pods of {@link LoopbackPods#API} that speak UDP: each answers a datagram with its own name, a colon, and what it got.
 * They share a port on addresses of their own.
 *
 * <p>Shared: safe from any thread.
 */
final class UdpPods implements AutoCloseable {

    private static final int TRIES = 20;

    private final EventLoopGroup loops = EventLoops.one();
    private final List<Channel> channels = new ArrayList<>();
    private final Collection<String> heard = new ConcurrentLinkedQueue<>();

    private UdpPods() {}

    /** Pods {@code pod-1} to {@code pod-n} on loopback addresses. */
    static UdpPods start(int n) {
        for (int i = 0; ; i++) {
            int net = ThreadLocalRandom.current().nextInt(1, 250);
            var hosts = IntStream.rangeClosed(1, n)
                    .mapToObj(pod -> "127." + net + ".53." + pod)
                    .toList();
            try {
                return startAt(hosts, 0);
            } catch (BindException taken) {
                if (i == TRIES) {
                    throw new IllegalStateException(taken);
                }
            }
        }
    }

    /** A pod on each of {@code hosts}. */
    static UdpPods startAt(List<String> hosts, int port) throws BindException {
        var pods = new UdpPods();
        int shared = port;
        for (String host : hosts) {
            var bound = new Bootstrap()
                    .group(pods.loops)
                    .channel(NioDatagramChannel.class)
                    .handler(pods.new Echo("pod-" + (pods.channels.size() + 1)))
                    .bind(host, shared)
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                pods.close();
                var failed = new BindException(host + ":" + shared);
                failed.initCause(bound.cause());
                throw failed;
            }
            pods.channels.add(bound.channel());
            shared = pods.address(0).getPort();
        }
        return pods;
    }

    InetSocketAddress address(int index) {
        return (InetSocketAddress) channels.get(index).localAddress();
    }

    int port() {
        return address(0).getPort();
    }

    /** All that was heard, as answered: {@code pod-1:hello}. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    /** {@link LoopbackPods#API} with port {@code dns}, 53/UDP. */
    static Service service() {
        return Service.builder(LoopbackPods.API.namespace(), LoopbackPods.API.name())
                .clusterIps(List.of("10.96.123.45"))
                .ipFamilies(AddressFamily.IPV4)
                .port("dns", Protocol.UDP, 53)
                .build();
    }

    /** A slice with all these pods, ready. */
    EndpointSlice slice() {
        return slice(
                port(),
                IntStream.range(0, channels.size())
                        .mapToObj(i -> pod(address(i).getAddress().getHostAddress(), true, true, false))
                        .toArray(Endpoint[]::new));
    }

    static EndpointSlice slice(int port, Endpoint... endpoints) {
        return EndpointSlice.of(
                LoopbackPods.API,
                "api-service-udp",
                List.of(new SlicePort("dns", Protocol.UDP, port)),
                List.of(endpoints));
    }

    static Endpoint pod(String ip, boolean ready, boolean serving, boolean terminating) {
        return Endpoint.builder(ip)
                .conditions(ready, serving, terminating)
                .pod("pod-" + ip, "uid-" + ip)
                .build();
    }

    @Override
    public void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        EventLoops.end(loops);
    }

    private final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {
        private final String name;

        private Echo(String name) {
            this.name = name;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            String answer = name + ":" + packet.content().toString(StandardCharsets.UTF_8);
            heard.add(answer);
            ctx.writeAndFlush(
                    new DatagramPacket(Unpooled.copiedBuffer(answer, StandardCharsets.UTF_8), packet.sender()));
        }
    }
}
