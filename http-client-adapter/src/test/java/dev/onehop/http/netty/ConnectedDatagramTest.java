package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Channels that connect to a Service's UDP or SCTP port through the resolver. */
class ConnectedDatagramTest {

    private static final long SOON_SECONDS = 10;

    private final UdpPods pods = UdpPods.start(3);
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final Onehop onehop = LoopbackPods.onehop(discovery).build();
    private final EventLoopGroup loops = EventLoops.one();
    private final OnehopAddressResolverGroup group = OnehopAddressResolverGroup.of(onehop);

    @AfterEach
    void close() {
        group.close();
        onehop.close();
        pods.close();
        EventLoops.end(loops);
    }

    @Test
    void r5_aDatagramChannelConnectsByNameToAPodOfTheUdpPort() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .resolver(group.over(Protocol.UDP))
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                        answers.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .connect("api-service.shop", 53)
                .sync()
                .channel();

        for (int i = 0; i < 5; i++) {
            ByteBuf content = Unpooled.copiedBuffer("query", StandardCharsets.UTF_8);
            channel.writeAndFlush(content).sync();
            assertThat(answers.poll(SOON_SECONDS, TimeUnit.SECONDS)).endsWith(":query");
        }

        assertThat(pods.heard().stream().distinct()).hasSize(1);
        assertThat(((InetSocketAddress) channel.remoteAddress()).getHostString())
                .isEqualTo("api-service.shop");
        channel.close().sync();
    }

    @Test
    void r11_eachTransportHasItsOwnTargetPort() throws Exception {
        discovery.set(
                Service.builder("shop", "api-service")
                        .clusterIps(List.of("10.96.123.45"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("tcp", 53)
                        .port("udp", Protocol.UDP, 53)
                        .port("sctp", Protocol.SCTP, 53)
                        .build(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "slice",
                        List.of(
                                new SlicePort("tcp", Protocol.TCP, 1001),
                                new SlicePort("udp", Protocol.UDP, 1002),
                                new SlicePort("sctp", Protocol.SCTP, 1003)),
                        List.of(UdpPods.pod("10.244.0.7", true, true, false))));

        assertThat(resolved(group)).isEqualTo(new InetSocketAddress("10.244.0.7", 1001));
        assertThat(resolved(group.over(Protocol.UDP))).isEqualTo(new InetSocketAddress("10.244.0.7", 1002));
        assertThat(resolved(group.over(Protocol.SCTP))).isEqualTo(new InetSocketAddress("10.244.0.7", 1003));
    }

    @Test
    void r25_aUdpPortWithoutPodsFailsTheConnectWithTheReason() {
        discovery.set(UdpPods.service());

        var connect = new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .resolver(group.over(Protocol.UDP))
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {}
                })
                .connect("api-service.shop", 53)
                .awaitUninterruptibly();

        assertThat(connect.cause()).isInstanceOf(NoBackendException.class).hasMessageContaining("REJECT");
    }

    private InetSocketAddress resolved(OnehopAddressResolverGroup from) throws Exception {
        Future<InetSocketAddress> resolved =
                from.getResolver(loops.next()).resolve(InetSocketAddress.createUnresolved("api-service.shop", 53));
        return resolved.get(SOON_SECONDS, TimeUnit.SECONDS);
    }
}
