package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A raw channel to a pod, once it stands: what is learnt from its end, and what becomes of it when its pod leaves. */
class BootstrapChannelTest extends BootstrapFixture {

    @Test
    void aChannelInUseIsToldOnceThatItsPodLeavesAndIsNotClosed() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        Channel channel = connected(onehop);

        terminating(pods.all(), podOf(pods, channel));
        await().atMost(SOON).until(() -> told.contains("1 ConnectionRetiredEvent"));
        published(pods.all());
        terminating(pods.all(), podOf(pods, channel));
        Thread.sleep(100);

        assertThat(told).containsExactly("1 active, held", "1 ConnectionRetiredEvent");
        assertThat(balancer(onehop).tally().retirements(Retirement.LEFT)).isEqualTo(1);
        ask(channel);
        await().atMost(SOON).until(() -> told.contains("1 read"));
        assertThat(channel.attr(OnehopBootstrap.HELD).get().isRetired()).isTrue();
        channel.close().sync();
        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
    }

    @Test
    void aChannelThatItsProtocolCallsIdleIsClosedWhenItsPodLeaves() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        Channel channel = connected(onehop);
        HeldConnection held = channel.attr(OnehopBootstrap.HELD).get();
        held.begin().orElseThrow().succeeded();
        assertThat(balancer(onehop).tally().inFlight()).isZero();

        long began = System.nanoTime();
        terminating(pods.all(), podOf(pods, channel));
        assertThat(channel.closeFuture().await(SOON.toMillis())).isTrue();

        System.out.printf(
                "drained %s: an idle channel is closed %.1f ms after its pod began to terminate%n",
                getClass().getSimpleName(), (System.nanoTime() - began) / 1e6);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SLACK);
        assertThat(held.begin()).isEmpty();
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }

    @Test
    void aBusyOneIsClosedWhenItsExchangeHasEnded() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        Channel channel = connected(onehop);
        HeldConnection held = channel.attr(OnehopBootstrap.HELD).get();
        held.begin().orElseThrow().succeeded();
        Attempt exchange = held.begin().orElseThrow();

        terminating(pods.all(), podOf(pods, channel));
        await().atMost(SOON).until(() -> told.contains("1 ConnectionRetiredEvent"));
        assertThat(channel.isOpen()).isTrue();
        exchange.succeeded();

        assertThat(channel.closeFuture().await(SOON.toMillis())).isTrue();
    }

    @Test
    void aChannelThatHasBeenAnsweredSucceedsAsItsOwnerClosesIt() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        Channel channel = connected(onehop);
        ask(channel);
        await().atMost(SOON).until(() -> told.contains("1 read"));

        channel.close().sync();

        await().atMost(SOON).until(() -> balancer(onehop).tally().succeeded() == 1);
        nothingWasLearnt(balancer(onehop));
    }

    @Test
    void aResetBeforeAWordHasComeSpeaksAgainstThePod() throws Exception {
        pods(1).get(0).resetAfterRequest();
        Onehop onehop = onehop();

        ask(connected(onehop));

        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.RESET) == 1);
        assertThat(told).contains("1 inactive");
    }

    @Test
    void soDoesAnEndInPlaceOfAnAnswer() throws Exception {
        pods(1).get(0).answeringGarbage("");
        Onehop onehop = onehop();

        ask(connected(onehop));

        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.RESET) == 1);
    }

    @Test
    void f15_aResetAfterAnAnswerSpeaksAgainstNobodyForItMayHaveBeenIdle() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        ask(connected(onehop));
        await().atMost(SOON).until(() -> told.contains("1 read"));

        pods.get(0).kill();

        await().atMost(SOON).until(() -> balancer.tally().failed(Signal.STALE_CONNECTION) == 1);
        assertThat(balancer.tally().failed(Signal.RESET)).isZero();
        assertThat(balancer.connections()).isZero();
    }

    @Test
    void anEndWithoutAQuestionSpeaksAgainstNobody() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        Channel channel = connected(onehop);
        await().atMost(SOON).until(() -> pods.get(0).connections() == 1);

        pods.get(0).closeIdle();

        assertThat(channel.closeFuture().await(SOON.toMillis())).isTrue();
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void aProtocolThatJudgesTheEndOfAChannelItselfIsHeardFirst() throws Exception {
        pods(1).get(0).resetAfterRequest();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        Channel channel = connected(onehop);
        Attempt exchange = channel.attr(OnehopBootstrap.HELD).get().begin().orElseThrow();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                exchange.failed(Signal.UNAVAILABLE);
            }
        });

        ask(channel);

        await().atMost(SOON).until(() -> balancer.connections() == 0);
        assertThat(balancer.tally().failed(Signal.UNAVAILABLE)).isEqualTo(1);
        assertThat(balancer.tally().failed(Signal.RESET)).isZero();
    }

    @Test
    void aHandlerOfOursThatSomebodyRemovesLeavesNoAttemptOpen() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        Channel channel = connected(onehop);

        channel.pipeline().remove(PodTalk.class);
        assertThat(balancer(onehop).tally().inFlight()).isEqualTo(1);
        channel.close().sync();

        await().atMost(SOON)
                .until(() -> balancer(onehop).tally().inFlight() == 0
                        && balancer(onehop).connections() == 0);
    }

    private static LoopbackPod podOf(LoopbackPods pods, Channel channel) {
        return pods.all().stream()
                .filter(pod -> pod.address().equals(channel.remoteAddress()))
                .findFirst()
                .orElseThrow();
    }
}
