package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.testing.LoopbackPod;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How connects of sockets go on to other pods, and how they end. */
@Tag("contract")
class SocketConnectsTest extends SocketFixture {

    @Test
    void f12_aPodThatRefusesIsReplacedAndEachIsDialledOnce() throws IOException {
        pods.get(0).refuse();
        pods.get(1).refuse();

        try (Onehop first = pods.onehop().policy(FIRST).build();
                Socket socket = OnehopSocketFactory.of(first).createSocket(NAME, 80)) {
            assertThat(ask(socket)).isEqualTo("pod-3");
            assertThat(first.forHost(NAME, 80).orElseThrow().eligible().backends())
                    .extracting(Backend::started)
                    .containsOnly(1L);
        }
    }

    @Test
    void f12_whenAllRefuseEachWasDialledOnceAndTheErrorNamesThem() {
        pods.forEach(LoopbackPod::refuse);

        assertThatThrownBy(() -> sockets.createSocket(NAME, 80))
                .isInstanceOf(ConnectException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSizeGreaterThanOrEqualTo(3));

        assertThat(balancer().tally().started()).isEqualTo(3);
    }

    @Test
    void blackHolesTakeNoMoreThanTheConnectTimeout() throws IOException {
        pods.forEach(LoopbackPod::blackHole);
        long began = System.nanoTime();
        try (Socket socket = sockets.createSocket()) {
            assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved(NAME, 80), 2_700))
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(socket.isClosed()).isTrue();
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(2_550), Duration.ofMillis(6_800));
        assertThat(balancer().tally().started()).isEqualTo(3);
    }

    @Test
    void withoutATimeoutABlackHoleCostsASecondAndNotTwoMinutes() throws IOException {
        pods.get(0).blackHole();
        long began = System.nanoTime();

        try (Onehop first = pods.onehop().policy(FIRST).build();
                Socket socket = OnehopSocketFactory.of(first).createSocket(NAME, 80)) {
            assertThat(ask(socket)).isEqualTo("pod-2");
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(950), Duration.ofSeconds(10));
    }

    @Test
    void theLocalAddressIsKeptFromDialToDial() throws IOException {
        pods.get(0).refuse();
        pods.get(1).refuse();
        InetAddress local = InetAddress.getByAddress(new byte[] {127, 0, 66, 6});
        try (Socket socket = sockets.createSocket(NAME, 80, local, 0)) {
            assertThat(socket.getLocalAddress()).isEqualTo(local);
            assertThat(ask(socket)).isEqualTo("pod-3");
        }
    }

    @Test
    void closingTheSocketEndsItsConnectAtOnce() throws Exception {
        pods.forEach(LoopbackPod::blackHole);
        Socket socket = sockets.createSocket();
        CompletableFuture<Throwable> ended = connecting(socket);
        await().atMost(SOON).until(() -> balancer().tally().inFlight() == 1);

        socket.close();

        assertThat(ended.get(2, TimeUnit.SECONDS)).isInstanceOf(SocketException.class);
        assertThat(balancer().tally().inFlight()).isZero();
        assertThat(balancer().tally().started()).isEqualTo(1);
        assertThat(balancer().eligible().backends())
                .allSatisfy(each -> assertThat(each.failed()).isZero());
    }

    @Test
    void interruptingTheThreadEndsItsConnectSoon() throws Exception {
        pods.forEach(LoopbackPod::blackHole);
        Socket socket = sockets.createSocket();
        var thread = new CompletableFuture<Thread>();
        var ended = new CompletableFuture<Throwable>();
        var caller = new Thread(() -> {
            thread.complete(Thread.currentThread());
            try {
                socket.connect(InetSocketAddress.createUnresolved(NAME, 80));
                ended.complete(new AssertionError("connected"));
            } catch (IOException e) {
                ended.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("not interrupted", e));
            }
        });
        caller.start();
        await().atMost(SOON).until(() -> balancer().tally().inFlight() == 1);

        thread.get().interrupt();

        assertThat(ended.get(900, TimeUnit.MILLISECONDS)).isInstanceOf(InterruptedIOException.class);
        assertThat(balancer().tally().inFlight()).isZero();
        assertThat(balancer().tally().started()).isEqualTo(1);
        assertThat(socket.isClosed()).isTrue();
    }

    private static CompletableFuture<Throwable> connecting(Socket socket) {
        var ended = new CompletableFuture<Throwable>();
        var caller = new Thread(() -> {
            try {
                socket.connect(InetSocketAddress.createUnresolved(NAME, 80));
                ended.complete(new AssertionError("connected"));
            } catch (IOException e) {
                ended.complete(e);
            }
        });
        caller.start();
        return ended;
    }
}
