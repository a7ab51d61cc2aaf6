package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.route.Route;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceBuilder;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.service.TrafficPolicy;
import dev.onehop.testing.ChiSquare;
import dev.onehop.testing.LoopbackPods;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a flow stays on its backend, and what becomes of its datagrams. Time and views are pushed. */
class DatagramFlowsTest {

    private static final InetSocketAddress SERVICE = InetSocketAddress.createUnresolved("api-service.shop", 53);
    private static final String A = "10.244.0.1";
    private static final String B = "10.244.0.2";

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", new ClientLocation("node-a", "zone-a"));
    private final Onehop onehop =
            LoopbackPods.onehop(discovery).random(new Random(43)).build();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(100)); // and over its end
    private final List<ByteBuf> contents = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private EmbeddedChannel channel = channel();

    @BeforeEach
    void onePod() {
        show(ready(A));
    }

    @AfterEach
    void everyContentIsReleased() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(contents).allSatisfy(content -> assertThat(content.refCnt()).isZero());
        assertThat(backends()).allSatisfy(each -> assertThat(each.inFlight()).isZero());
        onehop.close();
    }

    @Test
    void r43_aFlowDoesNotMoveToAPodThatIsNew() {
        assertThat(sentTo()).isEqualTo(A);

        show(ready(A), ready(B), ready("10.244.0.3"), ready("10.244.0.4"));

        for (int i = 0; i < 30; i++) {
            assertThat(sentTo()).isEqualTo(A);
        }
    }

    @ParameterizedTest(name = "ready {0}, serving {1}, terminating {2}: goes on to {3}")
    @CsvSource({
        "false, true,  true,  10.244.0.1",
        "false, true,  false, 10.244.0.1",
        "false, false, true,  10.244.0.2",
        "false, false, false, 10.244.0.2",
        "true,  false, false, 10.244.0.2",
    })
    void r43_aFlowMovesWhenItsPodNoLongerServes(boolean ready, boolean serving, boolean terminating, String goesOnTo) {
        assertThat(sentTo()).isEqualTo(A);

        show(UdpPods.pod(A, ready, serving, terminating), ready(B));

        if (ready) { // it may be picked again, so look at whether it was
            sentTo();
            assertThat(backends().stream().mapToLong(Backend::started).sum()).isEqualTo(2);
        } else {
            assertThat(sentTo()).isEqualTo(goesOnTo);
        }
    }

    @Test
    void r43_aFlowMovesWhenItsPodIsGone() {
        assertThat(sentTo()).isEqualTo(A);

        show(ready(B));

        assertThat(sentTo()).isEqualTo(B);
    }

    @Test
    void r43_aFlowStaysWhileNobodyServes() {
        assertThat(sentTo()).isEqualTo(A);

        show();
        assertThat(sentTo()).isEqualTo(A);
        show(UdpPods.pod(B, false, false, true));
        assertThat(sentTo()).isEqualTo(A);
        show(ready(B));

        assertThat(sentTo()).isEqualTo(B);
    }

    @Test
    void r43_whoServesOnAnotherPortOnlyDoesNotMoveAFlow() {
        assertThat(sentTo()).isEqualTo(A);

        set(
                service().build(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "metrics",
                        List.of(new SlicePort("metrics", Protocol.TCP, 9090)),
                        List.of(ready(B))));

        assertThat(sentTo()).isEqualTo(A);
    }

    @Test
    void r43_hintsAndTrafficPolicyDoNotMoveAFlow() {
        assertThat(sentTo()).isEqualTo(A);

        show(
                Endpoint.builder(A).zoneHints(Set.of("zone-b")).build(),
                Endpoint.builder(B).zoneHints(Set.of("zone-a")).build());
        assertThat(sentTo()).isEqualTo(A);
        set(
                service().internalTrafficPolicy(TrafficPolicy.LOCAL).build(),
                UdpPods.slice(5353, ready(A), Endpoint.builder(B).node("node-a").build()));

        assertThat(sentTo()).isEqualTo(A);
        assertThat(sentTo(channel())).isEqualTo(B);
    }

    @Test
    void r43_aFlowMovesWhenItsTargetPortDoes() {
        assertThat(sentTo()).isEqualTo(A);

        set(service().build(), UdpPods.slice(5454, ready(A)));

        write(channel, SERVICE);
        assertThat(recipient(channel.readOutbound())).isEqualTo(new InetSocketAddress(A, 5454));
    }

    @Test
    void r43_aFlowOutlivesItsServiceAndFollowsItWhenItIsBack() {
        assertThat(sentTo()).isEqualTo(A);

        remove();
        assertThat(sentTo()).isEqualTo(A);
        show(ready(B));

        assertThat(sentTo()).isEqualTo(B);
    }

    @Test
    void theBalancerOfAServiceThatIsGoneIsAskedForAgain() {
        var before = onehop.balancer("api-service.shop:53/UDP");
        var others = StaticDiscovery.create("shop", ClientLocation.unknown());
        others.set(service().build(), UdpPods.slice(5353, ready(B)));
        try (Onehop another = LoopbackPods.onehop(others).build()) {
            var since = another.balancer("api-service.shop:53/UDP");
            since.ready().toCompletableFuture().join();
            var flow = new DatagramFlow(SERVICE, before, () -> Optional.of(since), null);
            flow.open(FlowPick.of(before, NameLookup.jdk(), channel.eventLoop()).join(), 0);
            assertThat(flow.stays()).isTrue();

            remove();

            assertThat(flow.stays()).isFalse();
            flow.end(new IOException("the end of the test"));
        }
    }

    @Test
    void r43_aFlowThatWasNotAnsweredEndsAfter30Seconds() {
        assertThat(sentTo()).isEqualTo(A);
        show(ready(A), ready(B));

        pass(Duration.ofSeconds(30).minusNanos(1));
        assertThat(sentTo()).isEqualTo(A);
        assertThat(started()).isEqualTo(1);
        pass(Duration.ofSeconds(30));
        sentTo();

        assertThat(started()).isEqualTo(2);
    }

    @Test
    void r43_aFlowThatWasAnsweredEndsAfter120Seconds() {
        assertThat(sentTo()).isEqualTo(A);
        answer(A);
        show(ready(A), ready(B));

        pass(Duration.ofSeconds(120).minusNanos(1));
        assertThat(sentTo()).isEqualTo(A);
        assertThat(started()).isEqualTo(1);
        pass(Duration.ofSeconds(120));
        sentTo();

        assertThat(started()).isEqualTo(2);
        assertThat(backend(A).succeeded()).isEqualTo(1);
    }

    @Test
    void r43_answersKeepAFlowAlive() {
        assertThat(sentTo()).isEqualTo(A);
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofSeconds(29));
            assertThat(answer(A).sender()).isEqualTo(SERVICE);
        }

        assertThat(sentTo()).isEqualTo(A);
        assertThat(started()).isEqualTo(1);
    }

    @Test
    void aFlowThatIsNotUsedIsForgottenByItself() {
        assertThat(sentTo()).isEqualTo(A);
        pass(Duration.ofSeconds(20));
        assertThat(sentTo()).isEqualTo(A);
        sweepAfter(Duration.ofSeconds(11));
        assertThat(backend(A).inFlight()).isEqualTo(1);

        sweepAfter(Duration.ofSeconds(30));

        assertThat(backend(A).inFlight()).isZero();
        assertThat(backend(A).abandoned()).isEqualTo(1);
    }

    private void sweepAfter(Duration time) {
        pass(time);
        channel.advanceTimeBy(31, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void anAnswerToAForgottenFlowIsNotTheServices() {
        assertThat(sentTo()).isEqualTo(A);

        pass(Duration.ofSeconds(31));

        assertThat(answer(A).sender()).isEqualTo(new InetSocketAddress(A, 5353));
    }

    @Test
    void whatTheFormerBackendStillSendsIsTheServices() {
        assertThat(sentTo()).isEqualTo(A);
        show(ready(B));
        assertThat(sentTo()).isEqualTo(B);

        assertThat(answer(A).sender()).isEqualTo(SERVICE);
        assertThat(answer(B).sender()).isEqualTo(SERVICE);
    }

    @Test
    void whatTheFormerBackendStillSendsDoesNotKeepTheFlow() {
        assertThat(sentTo()).isEqualTo(A);
        show(ready(B));
        assertThat(sentTo()).isEqualTo(B);
        answer(A);

        pass(Duration.ofSeconds(30));

        assertThat(answer(B).sender()).isEqualTo(new InetSocketAddress(B, 5353));
        assertThat(answer(A).sender()).isEqualTo(new InetSocketAddress(A, 5353));
    }

    @Test
    void theBackendOfAForgottenFlowIsNotTheFormerOne() {
        assertThat(sentTo()).isEqualTo(A);
        pass(Duration.ofSeconds(30));
        show(ready(B));

        assertThat(sentTo()).isEqualTo(B);

        assertThat(answer(A).sender()).isEqualTo(new InetSocketAddress(A, 5353));
    }

    @Test
    void whatOthersSendIsNotTheServices() {
        assertThat(sentTo()).isEqualTo(A);

        assertThat(answer(B).sender()).isEqualTo(new InetSocketAddress(B, 5353));
    }

    @Test
    void ofServicesThatShareAPodTheOneWrittenToLastGetsTheAnswer() {
        var other = new ServiceKey("shop", "other-service");
        InetSocketAddress otherAddress = InetSocketAddress.createUnresolved("other-service.shop", 53);
        discovery.set(
                Service.builder("shop", "other-service")
                        .clusterIps(List.of("10.96.123.46"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("dns", Protocol.UDP, 53)
                        .build(),
                EndpointSlice.of(other, "other", List.of(new SlicePort("dns", Protocol.UDP, 5353)), List.of(ready(A))));
        onehop.balancer("other-service.shop:53/UDP")
                .ready()
                .toCompletableFuture()
                .join();

        write(channel, SERVICE);
        write(channel, otherAddress);
        assertThat(answer(A).sender()).isEqualTo(otherAddress);
        write(channel, SERVICE);
        assertThat(answer(A).sender()).isEqualTo(SERVICE);
        pass(Duration.ofSeconds(100));
        write(channel, otherAddress);
        pass(Duration.ofSeconds(25)); // 125 s since SERVICE, 25 s since the other
        assertThat(answer(A).sender()).isEqualTo(otherAddress);
    }

    @Test
    void r25_whereKubeProxyRejectsThePortIsUnreachable() {
        show();

        ChannelFuture written = write(channel, SERVICE);

        assertThat(written.cause())
                .isInstanceOf(PortUnreachableException.class)
                .hasMessageContaining("shop/api-service:53: no backend to connect to (REJECT)")
                .hasCauseInstanceOf(NoBackendException.class);
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void r25_whereTheKernelWouldDropTheWriteSaysWhy() {
        set(service().internalTrafficPolicy(TrafficPolicy.LOCAL).build(), UdpPods.slice(5353, ready(A)));

        ChannelFuture written = write(channel, SERVICE);

        assertThat(written.cause())
                .isInstanceOfSatisfying(
                        NoBackendException.class,
                        nobody -> assertThat(nobody.verdict()).isEqualTo(Verdict.DROP));
    }

    @Test
    void aRefusedFlowIsTriedAgainByTheNextDatagram() {
        show();
        assertThat(write(channel, SERVICE).isSuccess()).isFalse();

        show(ready(A));

        assertThat(sentTo()).isEqualTo(A);
    }

    @Test
    void aKnownClusterIpIsUsedWhereTheServiceIsLeftToThePlatform() {
        set(service().serviceProxyName(true).build(), UdpPods.slice(5353, ready(A)));

        write(channel, SERVICE);

        assertThat(recipient(channel.readOutbound())).isEqualTo(new InetSocketAddress("10.96.123.45", 53));
        assertThat(answer("10.96.123.45", 53).sender()).isEqualTo(SERVICE);
    }

    @Test
    void foreignNamesPassUntouched() {
        var packet = new DatagramPacket(content(), InetSocketAddress.createUnresolved("foreign.example", 53));

        channel.writeOneOutbound(packet);
        channel.flushOutbound();

        assertThat(channel.outboundMessages()).first().isSameAs(packet);
        channel.outboundMessages().clear();
        packet.release();
    }

    @Test
    void packetsThatCannotBeMadeAnewPassUntouched() {
        var packet = new DatagramPacket(content(), SERVICE) {};

        channel.writeOneOutbound(packet);
        channel.flushOutbound();

        assertThat(channel.outboundMessages()).first().isSameAs(packet);
        channel.outboundMessages().clear();
        packet.release();
    }

    @Test
    void spellingsThatDifferInCaseAreOneFlow() {
        show(ready(A), ready(B), ready("10.244.0.3"), ready("10.244.0.4"));
        String first = sentTo();

        for (int i = 0; i < 30; i++) {
            write(channel, InetSocketAddress.createUnresolved("API-Service.SHOP", 53));
            assertThat(recipient(channel.readOutbound()).getAddress().getHostAddress())
                    .isEqualTo(first);
        }
    }

    @Test
    void r27_flowsOfManyChannelsAreSpreadEvenly() {
        var pods = new Endpoint[5];
        for (int i = 0; i < pods.length; i++) {
            pods[i] = ready("10.244.1." + i);
        }
        show(pods);
        Map<String, Long> picked = new HashMap<>();

        for (int i = 0; i < 5_000; i++) {
            EmbeddedChannel each = new EmbeddedChannel(new OnehopDatagramHandler(onehop, null, clock::get));
            picked.merge(sentTo(each), 1L, Long::sum);
            each.finishAndReleaseAll();
        }

        long[] counts = picked.values().stream().mapToLong(Long::longValue).toArray();
        assertThat(counts).hasSize(5);
        assertThat(ChiSquare.even(counts)).isLessThan(ChiSquare.oneInAMillion(5));
    }

    @Test
    void oneFlowTooManyEndsTheOneWrittenToLongestAgo() {
        assertThat(sentTo()).isEqualTo(A);
        for (int port = 1_001; port < 1_000 + DatagramFlows.MOST; port++) {
            writeToUndefinedPort(port);
        }
        assertThat(sentTo()).isEqualTo(A); // now 1001 is the one
        assertThat(answer("10.96.123.45", 1_001).sender().isUnresolved()).isTrue();

        writeToUndefinedPort(9_001);

        assertThat(backend(A).inFlight()).isEqualTo(1);
        assertThat(answer("10.96.123.45", 1_001).sender().isUnresolved()).isFalse();
        assertThat(answer("10.96.123.45", 1_002).sender().isUnresolved()).isTrue();
        for (int port = 1_001; port < 1_001 + DatagramFlows.MOST; port++) {
            writeToUndefinedPort(port);
        }
        assertThat(backend(A).inFlight()).isZero();
    }

    /** Such datagrams go to the ClusterIP (R5). */
    private void writeToUndefinedPort(int port) {
        onehop.balancer("api-service.shop:" + port + "/UDP") // kept, though the Service lacks it
                .ready()
                .toCompletableFuture()
                .join();
        write(channel, InetSocketAddress.createUnresolved("api-service.shop", port));
    }

    @Test
    void closingTheChannelEndsItsFlows() {
        assertThat(sentTo()).isEqualTo(A);

        channel.close();

        assertThat(backend(A).inFlight()).isZero();
    }

    @Test
    void takingTheHandlerOutEndsItsFlows() {
        assertThat(sentTo()).isEqualTo(A);

        channel.pipeline().remove(OnehopDatagramHandler.class);

        assertThat(backend(A).inFlight()).isZero();
    }

    private EmbeddedChannel channel() {
        var made = new EmbeddedChannel(new OnehopDatagramHandler(onehop, null, clock::get));
        made.freezeTime();
        channels.add(made);
        return made;
    }

    private static Endpoint ready(String ip) {
        return UdpPods.pod(ip, true, true, false);
    }

    private static ServiceBuilder service() {
        return Service.builder("shop", "api-service")
                .clusterIps(List.of("10.96.123.45"))
                .ipFamilies(AddressFamily.IPV4)
                .port("dns", Protocol.UDP, 53);
    }

    private void show(Endpoint... endpoints) {
        set(service().build(), UdpPods.slice(5353, endpoints));
    }

    /** Makes this the view, and waits until Onehop has it. */
    private void set(Service service, EndpointSlice slice) {
        var balancer = onehop.balancer("api-service.shop:53/UDP");
        discovery.set(service, slice);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> balancer.eligible().view() instanceof ServiceView.Known known
                        && known.declaration().equals(new ServiceDeclaration.Present(service))
                        && known.slices().equals(List.of(slice)));
    }

    private void remove() {
        var balancer = onehop.balancer("api-service.shop:53/UDP");
        discovery.remove(LoopbackPods.API);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> balancer.eligible().route().orElse(null) instanceof Route.NotProxied);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private ByteBuf content() {
        ByteBuf content = Unpooled.copiedBuffer("query", StandardCharsets.UTF_8);
        contents.add(content);
        return content;
    }

    private ChannelFuture write(EmbeddedChannel to, InetSocketAddress service) {
        return to.writeAndFlush(new DatagramPacket(content(), service));
    }

    private String sentTo() {
        return sentTo(channel);
    }

    /** Where the next datagram to the Service goes. */
    private String sentTo(EmbeddedChannel from) {
        while (from.outboundMessages().poll() instanceof DatagramPacket earlier) {
            earlier.release();
        }
        assertThat(write(from, SERVICE).isSuccess()).isTrue();
        return recipient(from.readOutbound()).getAddress().getHostAddress();
    }

    private static InetSocketAddress recipient(DatagramPacket packet) {
        packet.release();
        return packet.recipient();
    }

    private DatagramPacket answer(String from) {
        return answer(from, 5353);
    }

    /** What the channel's user sees of a datagram from there. */
    private DatagramPacket answer(String from, int port) {
        channel.writeInbound(new DatagramPacket(
                content(), new InetSocketAddress("127.0.0.1", 40_000), new InetSocketAddress(from, port)));
        DatagramPacket seen = channel.readInbound();
        seen.release();
        return seen;
    }

    private List<Backend> backends() {
        return onehop.balancer("api-service.shop:53/UDP").eligible().backends();
    }

    private Backend backend(String ip) {
        return backends().stream()
                .filter(each -> each.key().ip().toString().equals(ip))
                .findFirst()
                .orElseThrow();
    }

    private long started() {
        return backends().stream().mapToLong(Backend::started).sum();
    }
}
