package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A connect that its user gives up ends, and says nothing of any pod. */
class BootstrapGivenUpTest extends BootstrapFixture {

    @Test
    void whereNoChannelCanBeMadeTheConnectFailsAlsoForANameThatIsNotOurs() {
        Bootstrap broken = new Bootstrap()
                .group(loops)
                .handler(new ChannelDuplexHandler())
                .channelFactory(() -> {
                    throw new ChannelException("Too many open files");
                });

        Future<Channel> connecting = OnehopBootstrap.on(broken, onehop()).connect("127.0.0.1", 80);

        assertThat(failure(connecting)).isInstanceOf(ChannelException.class).hasMessage("Too many open files");
    }

    @Test
    void cancellingEndsTheConnectAndBlamesNobody() throws Exception {
        pods(1).forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);

        Future<Channel> connecting = patient(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);
        assertThat(connecting.cancel(true)).isTrue();

        assertThat(channels.get(0).closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isEqualTo(1);
        nothingWasLearnt(balancer);
    }

    @Test
    void closingTheChannelWhileItConnectsEndsTheConnectAndBlamesNobody() {
        pods(1).forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);

        Future<Channel> connecting = patient(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);
        channels.get(0).close();

        assertThat(failure(connecting)).isInstanceOf(ClosedChannelException.class);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isEqualTo(1);
        nothingWasLearnt(balancer);
    }

    @Test
    void closingTheChannelBeforeAViewHasComeEndsTheConnect() {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        Onehop onehop = onehop(it -> it.initialWait(Duration.ofMinutes(1)));

        Future<Channel> connecting = patient(onehop);
        await().atMost(SOON).until(() -> channels.size() == 1 && channels.get(0).isRegistered());
        channels.get(0).close();

        assertThat(failure(connecting)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aLoopThatHasShutDownFailsTheConnect() throws Exception {
        pods(1);
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();

        assertThat(failure(connecting(onehop()))).isInstanceOf(RejectedExecutionException.class);
    }

    /** It would go on for much longer than a test waits. */
    private Future<Channel> patient(Onehop onehop) {
        Bootstrap patient = bootstrap().option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 120_000);
        return OnehopBootstrap.on(patient, onehop).connect(NAME, 80);
    }
}
