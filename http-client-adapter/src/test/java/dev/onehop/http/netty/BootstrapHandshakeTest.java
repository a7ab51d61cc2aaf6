package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TLS handshake belongs to the dial, and a failed one is a failed connect to the user's handlers. */
class BootstrapHandshakeTest extends BootstrapFixture {

    private static TestCertificate right;
    private static SSLContext trust;

    @BeforeAll
    static void certificates(@TempDir Path folder) throws Exception {
        right = TestCertificate.of(NAME, folder);
        trust = TestCertificate.trusting(right);
    }

    @Test
    void aPodThatHangsUpIsReplacedAndHandlersHearOfTheOtherAlone() throws Exception {
        LoopbackPods pods = pods(2);
        speaking(pods.get(0), null);
        speaking(pods.get(1), right);
        Onehop onehop = onehop();
        for (int i = 0; i < 4; i++) {
            soon(OnehopBootstrap.on(secured(), onehop).connect(NAME, 80));
        }

        long broken = balancer(onehop).tally().failed(Signal.TLS_HANDSHAKE);
        assertThat(broken).isBetween(1L, 2L);
        assertThat(channels).hasSize((int) (4 + broken));
        await().atMost(SOON).until(() -> told.size() == 8); // the future is done before handlers are told
        for (int i = 0; i < 8; i += 2) {
            String number = told.get(i).substring(0, 2);
            assertThat(told.subList(i, i + 2)).containsExactly(number + "active, held", number + "handshake true");
        }
    }

    @Test
    void whereNobodyShakesHandsTheErrorIsAHandshakesAndNoHandlerHearsOfIt() throws Exception {
        LoopbackPods pods = pods(2);
        speaking(pods.get(0), null);
        speaking(pods.get(1), null);
        Onehop onehop = onehop();

        Throwable failure = failure(OnehopBootstrap.on(secured(), onehop).connect(NAME, 80));

        assertThat(failure).isInstanceOf(SSLHandshakeException.class);
        assertThat(balancer(onehop).tally().failed(Signal.TLS_HANDSHAKE)).isEqualTo(2);
        await().atMost(SOON).until(() -> channels.stream().noneMatch(Channel::isRegistered));
        assertThat(told).isEmpty();
        assertThat(balancer(onehop).tally().inFlight()).isZero();
    }

    @Test
    void closingTheChannelInMidHandshakeEndsTheConnectAndBlamesNobody() throws Exception {
        silent(pods(1));
        Onehop onehop = onehop();

        Future<Channel> connecting = OnehopBootstrap.on(secured(), onehop).connect(NAME, 80);
        await().atMost(SOON).until(() -> !channels.isEmpty() && channels.get(0).isActive());
        channels.get(0).close();

        assertThat(failure(connecting)).isInstanceOf(ClosedChannelException.class);
        assertThat(channels).hasSize(1);
        nothingWasLearnt(balancer(onehop));
        assertThat(balancer(onehop).tally().inFlight()).isZero();
        assertThat(told).isEmpty();
    }

    @Test
    void cancellingInMidHandshakeClosesTheChannelAndBlamesNobody() throws Exception {
        silent(pods(1));
        Onehop onehop = onehop();

        Future<Channel> connecting = OnehopBootstrap.on(secured(), onehop).connect(NAME, 80);
        await().atMost(SOON).until(() -> !channels.isEmpty() && channels.get(0).isActive());
        connecting.cancel(true);

        assertThat(channels.get(0).closeFuture().await(5_000))
                .as("before the handshake's timeout")
                .isTrue();
        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
        nothingWasLearnt(balancer(onehop));
        assertThat(told).isEmpty();
    }

    @Test
    void anEventLoopThatShutsDownInMidHandshakeBlamesNobody() throws Exception {
        silent(pods(2));
        Onehop onehop = onehop();

        Future<Channel> connecting = OnehopBootstrap.on(secured(), onehop).connect(NAME, 80);
        await().atMost(SOON).until(() -> !channels.isEmpty() && channels.get(0).isActive());
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);

        assertThat(failure(connecting)).isNotNull();
        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
        nothingWasLearnt(balancer(onehop));
    }

    @Test
    void aChannelThatIsReadByHandShakesHandsAllTheSame() throws Exception {
        LoopbackPods pods = pods(1);
        speaking(pods.get(0), right);
        Bootstrap byHand = secured().option(ChannelOption.AUTO_READ, false);

        Channel channel = soon(OnehopBootstrap.on(byHand, onehop()).connect(NAME, 80));

        assertThat(channel.isActive()).isTrue();
        await().atMost(SOON).until(() -> told.equals(List.of("1 active, held", "1 handshake true")));
        channel.close().sync();
    }

    private Bootstrap secured() {
        return bootstrap(channel -> channel.pipeline().addLast(RawHttpClient.tls(trust, channel, NAME, 80)))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 30_000);
    }

    /** Where they were, the kernel takes connections that nobody answers. */
    private void silent(LoopbackPods pods) throws Exception {
        for (LoopbackPod pod : pods) {
            pod.close();
            closing(new ServerSocket(pod.port(), 50, pod.address().getAddress()));
        }
    }

    /** Where {@code pod} was: somebody who shakes hands, or hangs up at the first byte where he has no certificate. */
    private void speaking(LoopbackPod pod, @Nullable TestCertificate identity) throws Exception {
        pod.close();
        ServerSocket listener = closing(
                identity == null
                        ? new ServerSocket(pod.port(), 50, pod.address().getAddress())
                        : identity.server()
                                .getServerSocketFactory()
                                .createServerSocket(
                                        pod.port(), 50, pod.address().getAddress()));
        var thread = new Thread(() -> serve(listener, identity != null), pod.name() + "-tls");
        thread.setDaemon(true);
        thread.start();
    }

    private static void serve(ServerSocket listener, boolean speaks) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                var reader = new Thread(() -> read(socket, speaks), "reader");
                reader.setDaemon(true);
                reader.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void read(Socket socket, boolean toTheEnd) {
        try (socket) {
            if (toTheEnd) {
                socket.getInputStream().readAllBytes();
            } else {
                socket.getInputStream().read(new byte[8_192]);
            }
        } catch (IOException gone) {
            // the client has left
        }
    }
}
