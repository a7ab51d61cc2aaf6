package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceView;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over real sockets; {@link DatagramFlowsTest} pushes time and views. */
class OnehopDatagramHandlerTest {

    private static final long SOON_SECONDS = 10;
    private static final InetSocketAddress SERVICE = InetSocketAddress.createUnresolved("api-service.shop", 53);

    private final UdpPods pods = UdpPods.start(3);
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final EventLoopGroup loops = EventLoops.one();
    private final BlockingQueue<DatagramPacket> answers = new LinkedBlockingQueue<>();
    private final List<ByteBuf> sent = new ArrayList<>();
    private Onehop onehop = LoopbackPods.onehop(discovery).build();

    @AfterEach
    void close() throws Exception {
        onehop.close();
        pods.close();
        EventLoops.end(loops);
        assertThat(loops.terminationFuture().await(SOON_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        assertThat(sent).allSatisfy(content -> assertThat(content.refCnt()).isZero());
    }

    @Test
    void aDatagramReachesAPodAndItsAnswerComesFromTheService() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());
        Channel channel = channel(OnehopDatagramHandler.of(onehop));

        write(channel, SERVICE, "query").sync();

        DatagramPacket answer = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);
        assertThat(text(answer)).matches("pod-[123]:query");
        assertThat(answer.sender()).isEqualTo(SERVICE);
        assertThat(answer.recipient()).isEqualTo(channel.localAddress());
    }

    @Test
    void theAnswersSenderMayBeWrittenTo() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());
        Channel channel = channel(OnehopDatagramHandler.of(onehop));
        write(channel, SERVICE, "hello").sync();
        DatagramPacket hello = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);

        write(channel, hello.sender(), "again").sync();

        DatagramPacket again = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);
        assertThat(text(again)).isEqualTo(text(hello).replace("hello", "again"));
    }

    @Test
    void r43_aChannelStaysOnItsPod() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());
        Channel channel = channel(OnehopDatagramHandler.of(onehop));

        for (int i = 0; i < 40; i++) {
            write(channel, SERVICE, "same").sync();
            assertThat(answers.poll(SOON_SECONDS, TimeUnit.SECONDS)).isNotNull();
        }

        assertThat(pods.heard()).hasSize(40);
        assertThat(pods.heard().stream().distinct()).hasSize(1);
    }

    @Test
    void otherChannelsPickForThemselves() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());

        for (int i = 0; i < 60; i++) { // one of three is missed by 60 picks once in 10 billion runs
            write(channel(OnehopDatagramHandler.of(onehop)), SERVICE, "x").sync();
        }

        Awaitility.await().untilAsserted(() -> assertThat(pods.heard()).hasSize(60));
        assertThat(pods.heard()).contains("pod-1:x", "pod-2:x", "pod-3:x");
    }

    @Test
    void anEnvelopeIsAsGoodAsAPacket() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());
        Channel channel = channel(OnehopDatagramHandler.of(onehop));

        channel.writeAndFlush(new DefaultAddressedEnvelope<>(content("in an envelope"), SERVICE))
                .sync();

        assertThat(text(answers.poll(SOON_SECONDS, TimeUnit.SECONDS))).endsWith(":in an envelope");
    }

    @Test
    void r11_udpAndTcpOfOneNumberAreTwoPorts() throws Exception {
        discovery.set(
                Service.builder("shop", "api-service")
                        .clusterIps(List.of("10.96.123.45"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("dns-tcp", 53)
                        .port("dns", Protocol.UDP, 53)
                        .build(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "slice",
                        List.of(
                                new SlicePort("dns-tcp", Protocol.TCP, 1),
                                new SlicePort("dns", Protocol.UDP, pods.port())),
                        pods.slice().endpoints()));

        write(channel(OnehopDatagramHandler.of(onehop)), SERVICE, "query").sync();

        assertThat(text(answers.poll(SOON_SECONDS, TimeUnit.SECONDS))).endsWith(":query");
    }

    @Test
    void r4_podsOfAnIpv6ServiceAreReached() throws Exception {
        UdpPods v6;
        try {
            v6 = UdpPods.startAt(List.of("::1"), 0);
        } catch (BindException none) {
            assumeTrue(false, "no IPv6 loopback here");
            return;
        }
        try (v6) {
            discovery.set(
                    Service.builder("shop", "api-service")
                            .clusterIps(List.of("fd00::10"))
                            .ipFamilies(AddressFamily.IPV6)
                            .port("dns", Protocol.UDP, 53)
                            .build(),
                    EndpointSlice.of(
                            LoopbackPods.API,
                            "v6",
                            AddressFamily.IPV6,
                            List.of(new SlicePort("dns", Protocol.UDP, v6.port())),
                            List.of(UdpPods.pod("::1", true, true, false))));

            write(channel(OnehopDatagramHandler.of(onehop)), SERVICE, "six").sync();

            DatagramPacket answer = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);
            assertThat(text(answer)).isEqualTo("pod-1:six");
            assertThat(answer.sender()).isEqualTo(SERVICE);
        }
    }

    @Test
    void resolvedRecipientsAndForeignSendersAreLeftAlone() throws Exception {
        discovery.set(UdpPods.service(), pods.slice());
        Channel channel = channel(OnehopDatagramHandler.of(onehop));

        write(channel, pods.address(1), "direct").sync();

        DatagramPacket answer = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);
        assertThat(text(answer)).isEqualTo("pod-2:direct");
        assertThat(answer.sender()).isEqualTo(pods.address(1));
    }

    @Test
    void foreignNamesAreLeftToNettyWhichRefusesThem() throws Exception {
        Channel channel = channel(OnehopDatagramHandler.of(onehop));

        ChannelFuture written = write(channel, InetSocketAddress.createUnresolved("foreign.example", pods.port()), "x");

        assertThat(written.await().cause()).isInstanceOf(UnresolvedAddressException.class);
    }

    @Test
    void foreignNamesAreLookedUpByTheOtherGroup() throws Exception {
        try (UdpPods foreign = UdpPods.startAt(List.of("127.0.77.1"), 0)) {
            Channel channel = channel(OnehopDatagramHandler.of(onehop, DefaultAddressResolverGroup.INSTANCE));

            write(channel, InetSocketAddress.createUnresolved("foreign.example", foreign.port()), "abroad")
                    .sync();

            DatagramPacket answer = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);
            assertThat(text(answer)).isEqualTo("pod-1:abroad");
            assertThat(answer.sender()).isEqualTo(foreign.address(0));
        }
    }

    @Test
    void aNameNobodyKnowsFailsTheWrite() throws Exception {
        Channel channel = channel(OnehopDatagramHandler.of(onehop, DefaultAddressResolverGroup.INSTANCE));

        ChannelFuture written = write(channel, InetSocketAddress.createUnresolved("nowhere.example", 53), "x");

        assertThat(written.await().cause()).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void withoutAViewTheServicesOwnAddressIsUsed() throws Exception {
        try (UdpPods clusterIp = UdpPods.startAt(List.of("127.0.77.1"), 0)) {
            discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
            restart(Duration.ofMillis(50));
            Channel channel = channel(OnehopDatagramHandler.of(onehop));
            InetSocketAddress service = InetSocketAddress.createUnresolved("api-service.shop", clusterIp.port());

            write(channel, service, "by DNS").sync();

            DatagramPacket answer = answers.poll(SOON_SECONDS, TimeUnit.SECONDS);
            assertThat(text(answer)).isEqualTo("pod-1:by DNS");
            assertThat(answer.sender()).isEqualTo(service);
        }
    }

    @Test
    void datagramsWaitForTheFirstViewInOrder() throws Exception {
        Channel channel = waitingChannel();
        List<ChannelFuture> written = IntStream.range(0, 20)
                .mapToObj(i -> write(channel, SERVICE, "" + i))
                .toList();
        channel.eventLoop().submit(() -> {}).sync();
        assertThat(written).noneMatch(ChannelFuture::isDone);

        discovery.set(UdpPods.service(), pods.slice());

        for (int i = 0; i < 20; i++) {
            assertThat(text(answers.poll(SOON_SECONDS, TimeUnit.SECONDS))).endsWith(":" + i);
        }
        assertThat(written).allMatch(ChannelFuture::isSuccess);
    }

    @Test
    void moreThanMayWaitFail() throws Exception {
        Channel channel = waitingChannel();
        List<ChannelFuture> written = IntStream.range(0, WaitingDatagrams.MOST + 1)
                .mapToObj(i -> write(channel, SERVICE, "" + i))
                .toList();

        assertThat(written.get(WaitingDatagrams.MOST).await().cause())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("api-service.shop:53: 64 datagrams already wait");
        assertThat(written.subList(0, WaitingDatagrams.MOST)).noneMatch(ChannelFuture::isDone);
        discovery.set(UdpPods.service(), pods.slice());
        Awaitility.await().untilAsserted(() -> assertThat(pods.heard()).hasSize(WaitingDatagrams.MOST));
    }

    @Test
    void closingTheChannelFailsWhatWaitsAndNothingIsSentLater() throws Exception {
        Channel channel = waitingChannel();
        ChannelFuture written = write(channel, SERVICE, "too late");

        channel.close().sync();

        assertThat(written.await().cause()).isInstanceOf(ClosedChannelException.class);
        discovery.set(UdpPods.service(), pods.slice());
        Awaitility.await()
                .until(() ->
                        backends().stream().mapToLong(each -> each.abandoned()).sum() == 1);
        assertThat(backends()).allSatisfy(each -> assertThat(each.inFlight()).isZero());
        assertThat(pods.heard()).isEmpty();
    }

    @Test
    void takingTheHandlerOutFailsWhatWaits() throws Exception {
        Channel channel = waitingChannel();
        ChannelFuture written = write(channel, SERVICE, "x");
        channel.eventLoop().submit(() -> {}).sync();

        channel.pipeline().remove(OnehopDatagramHandler.class);

        assertThat(written.await().cause()).isInstanceOf(IOException.class).hasMessageContaining("removed");
    }

    private List<Backend> backends() {
        return onehop.balancer("api-service.shop:53/UDP").eligible().backends();
    }

    /** A channel whose Service has no view yet. */
    private Channel waitingChannel() throws Exception {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        restart(Duration.ofMinutes(1));
        return channel(OnehopDatagramHandler.of(onehop));
    }

    private void restart(Duration initialWait) {
        onehop.close();
        onehop = LoopbackPods.onehop(discovery).initialWait(initialWait).build();
    }

    private Channel channel(OnehopDatagramHandler handler) throws Exception {
        return new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(handler, new SimpleChannelInboundHandler<DatagramPacket>() {
                            @Override
                            protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                                answers.add(new DatagramPacket(
                                        Unpooled.copiedBuffer(packet.content()), packet.recipient(), packet.sender()));
                            }
                        });
                    }
                })
                .bind(0)
                .sync()
                .channel();
    }

    private ChannelFuture write(Channel channel, InetSocketAddress to, String text) {
        return channel.writeAndFlush(new DatagramPacket(content(text), to));
    }

    private ByteBuf content(String text) {
        ByteBuf content = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        sent.add(content);
        return content;
    }

    private static String text(DatagramPacket packet) {
        return packet.content().toString(StandardCharsets.UTF_8);
    }
}
