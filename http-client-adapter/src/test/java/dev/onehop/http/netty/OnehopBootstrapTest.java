package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a raw {@code Bootstrap} connects over Onehop: to a pod, to another one, to nobody. */
class OnehopBootstrapTest extends BootstrapFixture {

    @Test
    void aConnectIsAnAttemptForAsLongAsItsChannelIsOpen() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);

        Channel channel = connected(onehop);

        assertThat(pods.all()).extracting(LoopbackPod::address).contains((InetSocketAddress) channel.remoteAddress());
        assertThat(((InetSocketAddress) channel.remoteAddress()).getHostString())
                .isEqualTo(NAME);
        assertThat(balancer.tally().started()).isEqualTo(1);
        assertThat(balancer.tally().inFlight()).isEqualTo(1);
        assertThat(balancer.connections()).isEqualTo(1);
        channel.close().sync();
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0 && balancer.connections() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void f07_aPodThatRefusesCostsAtMostTwoConnectsAndFailsNone() throws Exception {
        LoopbackPods pods = pods(10);
        LoopbackPod dead = pods.get(3).refuse();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);

        for (int i = 0; i < 300; i++) {
            connected(onehop).close().sync();
        }

        long refused = balancer.tally().failed(Signal.CONNECT_REFUSED);
        System.out.printf(
                "F-07 %s: 0 of 300 connects failed, %d dials of the pod that refuses, %d failovers%n",
                getClass().getSimpleName(), refused, balancer.tally().failovers());
        assertThat(refused).isBetween(1L, 2L);
        assertThat(balancer.tally().started())
                .as("no dial that core does not know of")
                .isEqualTo(300 + refused);
        assertThat(channels).as("one for each dial").hasSize((int) (300 + refused));
        await().atMost(SOON).until(() -> balancer.eligible().ejected().size() == 1); // a probe has looked, too
        assertThat(balancer.eligible().ejected())
                .allSatisfy(each -> assertThat(each.podName()).contains(dead.name()));
    }

    @Test
    void f12_theErrorIsTheLastDialsWithALineForEachAndHandlersHearOfNone() {
        pods(5).forEach(LoopbackPod::refuse);
        Onehop onehop = onehop();

        Throwable failure = failure(connecting(onehop));

        assertThat(failure).isInstanceOf(ConnectException.class);
        assertThat(List.of(failure.getSuppressed()))
                .extracting(Throwable::getMessage)
                .filteredOn(line -> line.contains(" after "))
                .hasSize(5);
        assertThat(balancer(onehop).tally().started()).isEqualTo(5);
        assertThat(channels).hasSize(5);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(channels)
                        .allSatisfy(each -> assertThat(each.isOpen()).isFalse()));
        assertThat(told).isEmpty();
    }

    @Test
    void f12_ofBlackHolesThreeAreDialledInTimeAndNoChannelStaysOpen() throws Exception {
        pods(5).forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();

        Duration took = timed(() -> assertThat(failure(connecting(onehop))).isInstanceOf(ConnectException.class));

        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(3).plus(SLACK));
        assertThat(balancer(onehop).tally().started()).isBetween(2L, 3L);
        assertThat(channels).hasSize((int) balancer(onehop).tally().started());
        await().atMost(Duration.ofSeconds(1)).until(() -> channels.stream().noneMatch(Channel::isOpen));
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(classes = {NioSocketChannel.class, AtOnceChannel.class})
    void whoAddsHandlersWhenItIsConnectedAsWithABootstrapHearsThatItIsActive(Class<? extends Channel> kind)
            throws Exception {
        transport = kind;
        pods(6).all().subList(0, 5).forEach(LoopbackPod::refuse);

        for (int i = 0;
                i < 10 && channels.size() != 6;
                i++) { // fewer where the machine stalls: five refusals take 250 ms
            channels.clear();
            told.clear();
            assertThat(toldWhenConnected(onehop(it -> it.policy(random -> OnehopBootstrapTest::theSixthLast))))
                    .isIn("active", "failed");
        }

        assertThat(told).containsExactly("6 active, held");
    }

    /** What a handler hears that is added by whoever waits for the channel. */
    private String toldWhenConnected(Onehop onehop) throws Exception {
        balancer(onehop).ready().toCompletableFuture().join();
        OnehopBootstrap over = OnehopBootstrap.on(bootstrap(), onehop);
        var heard = new CompletableFuture<String>();
        // on the one loop, so that the listener is there before anything has happened
        loops.submit(() -> over.connect(NAME, 80).addListener((Future<Channel> connected) -> {
            if (!connected.isSuccess()) {
                heard.complete("failed");
                return;
            }
            connected.getNow().pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    heard.complete("active");
                }
            });
        }));
        return heard.get(10, TimeUnit.SECONDS);
    }

    private static Backend theSixthLast(Eligible eligible) {
        return eligible.backends().stream()
                .filter(each -> !each.podName().equals(Optional.of("pod-6")))
                .findFirst()
                .orElse(eligible.backend(0));
    }

    @Test
    void namesThatAreNotOursConnectAsEver() throws Exception {
        pods(1);
        LoopbackPod foreign = clusterIp();
        OnehopBootstrap over = OnehopBootstrap.on(bootstrap(), onehop());

        Channel channel = soon(over.connect("foreign.example", foreign.port()));

        assertThat(channel.remoteAddress()).isEqualTo(foreign.address());
        assertThat(channel.attr(OnehopBootstrap.HELD).get()).isNull();
        assertThat(failure(over.connect("nowhere.example", 1))).isInstanceOf(UnknownHostException.class);
        channel.close().sync();
    }

    @Test
    void aFallbackGoesToTheServicesOwnNameByTheBootstrapsResolver() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        Onehop onehop = onehop(it -> it.initialWait(Duration.ZERO));

        Channel channel = soon(OnehopBootstrap.on(bootstrap(), onehop).connect(NAME, clusterIp.port()));

        assertThat(channel.remoteAddress()).isEqualTo(clusterIp.address());
        assertThat(onehop.balancer(NAME + ":" + clusterIp.port()).tally().fallbacks(FallbackReason.VIEW_UNKNOWN))
                .isEqualTo(1);
        channel.close().sync();
    }

    @Test
    void aFirstViewIsWaitedForAndTheEventLoopIsNot() throws Exception {
        LoopbackPods pods = closing(LoopbackPods.start(1));
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        Onehop onehop = onehop(it -> it.initialWait(Duration.ofMinutes(1)));

        Future<Channel> connecting = connecting(onehop);
        await().atMost(SOON).until(() -> channels.size() == 1);
        soon(loops.submit(() -> "the loop is free"));
        assertThat(connecting.isDone()).isFalse();
        published(pods.all());

        assertThat(soon(connecting).remoteAddress()).isEqualTo(pods.get(0).address());
        assertThat(channels).hasSize(1);
    }

    @Test
    void aServiceWithoutPodsFailsTheConnectWithTheReasonAndLeavesNoChannelOpen() throws Exception {
        discovery.set(LoopbackPods.service());

        assertThat(failure(connecting(onehop()))).isInstanceOf(NoBackendException.class);

        assertThat(channels).hasSize(1);
        assertThat(channels.get(0).closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHandlerForOneChannelIsRefusedAndSoIsABootstrapWithoutAGroup() {
        pods(1);
        Onehop onehop = onehop();
        var handler = new ChannelInboundHandlerAdapter();
        Bootstrap forOne =
                new Bootstrap().group(loops).channel(NioSocketChannel.class).handler(handler);

        assertThatThrownBy(() -> OnehopBootstrap.on(forOne, onehop).connect(NAME, 80))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "ChannelInboundHandlerAdapter is for one channel (expected: a ChannelInitializer");
        assertThatThrownBy(() -> OnehopBootstrap.on(new Bootstrap(), onehop).connect(NAME, 80))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("group");
    }

    @Test
    void s11_aProxyInThePipelineIsAskedForTheServiceByNameAndNoPodIsDialled() throws Exception {
        LoopbackPods pods = pods(2);
        LoopbackPod proxy = clusterIp();
        Onehop onehop = onehop();
        Bootstrap byProxy = bootstrap(channel -> channel.pipeline().addLast(new HttpProxyHandler(proxy.address())))
                .resolver(NoopAddressResolverGroup.INSTANCE);

        Future<Channel> connecting = OnehopBootstrap.on(byProxy, onehop).connect(NAME, 80);

        await().atMost(SOON).until(() -> !proxy.requests().isEmpty());
        assertThat(proxy.request().line()).startsWith("CONNECT " + NAME + ":80 ");
        assertThat(soon(connecting).remoteAddress()).isEqualTo(proxy.address());
        assertThat(pods.accepts()).isZero();
        assertThat(balancer(onehop).tally().started()).isZero();
    }
}
