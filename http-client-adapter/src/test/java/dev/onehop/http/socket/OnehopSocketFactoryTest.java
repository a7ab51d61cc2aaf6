package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Onehop;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where sockets go, and that they are as Java's own. */
@Tag("contract")
class OnehopSocketFactoryTest extends SocketFixture {

    @Test
    void aSocketGoesToAPodAndSaysSo() throws IOException {
        try (Socket socket = sockets.createSocket(NAME, 80)) {
            LoopbackPod pod = pods.named(ask(socket));

            assertThat(socket.getRemoteSocketAddress()).isEqualTo(pod.address());
            assertThat(socket.getInetAddress()).isEqualTo(pod.address().getAddress());
            assertThat(socket.getPort()).isEqualTo(pod.port());
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void eachConnectPicksAnew() throws IOException {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            try (Socket socket = sockets.createSocket(NAME, 80)) {
                answers.add(ask(socket));
            }
        }

        assertThat(answers).containsOnly("pod-1", "pod-2", "pod-3").hasSize(6);
        assertThat(pods).allSatisfy(pod -> assertThat(pod.accepts()).isEqualTo(2));
    }

    @Test
    void unresolvedAndResolvedNamesAndTheClusterIpAreTheSame() throws IOException {
        try (Socket first = sockets.createSocket(NAME, 80)) { // a ClusterIP is ours once its Service is in use
            ask(first);
        }
        List<InetSocketAddress> addresses = List.of(
                InetSocketAddress.createUnresolved(NAME, 80),
                new InetSocketAddress(InetAddress.getByAddress(NAME, new byte[] {10, 96, 123, 45}), 80),
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 96, 123, 45}), 80));

        for (InetSocketAddress address : addresses) {
            try (Socket socket = sockets.createSocket()) {
                socket.connect(address, 3_000);
                assertThat(ask(socket)).startsWith("pod-");
            }
        }
        try (Socket socket = sockets.createSocket(addresses.get(2).getAddress(), 80)) {
            assertThat(ask(socket)).startsWith("pod-");
        }
    }

    @Test
    void namesThatAreNotOursGoWhereThePlatformLeads() throws IOException {
        try (LoopbackPod foreign = clusterIp();
                Socket socket = sockets.createSocket("foreign.example", foreign.port())) {
            assertThat(ask(socket)).isEqualTo("cluster-ip");
        }
        assertThatThrownBy(() -> sockets.createSocket("nobody.example", 80)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void aFallbackGoesToTheServicesOwnAddress() throws IOException {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        try (LoopbackPod clusterIp = clusterIp();
                Onehop waitless = LoopbackPods.onehop(discovery)
                        .initialWait(Duration.ZERO)
                        .build();
                Socket socket = OnehopSocketFactory.of(waitless).createSocket(NAME, clusterIp.port())) {
            assertThat(ask(socket)).isEqualTo("cluster-ip");
            assertThat(waitless.forHost(NAME, clusterIp.port())
                            .orElseThrow()
                            .tally()
                            .fallbacks(FallbackReason.VIEW_UNKNOWN))
                    .isPositive();
        }
    }

    @Test
    void optionsSetBeforeConnectingCountForTheSocketThatConnects() throws IOException {
        pods.get(0).refuse();
        pods.get(1).refuse();
        try (Socket socket = sockets.createSocket()) {
            socket.setSoTimeout(1_234);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoLinger(true, 7);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 16_384);
            assertThat(socket.getSoTimeout()).isEqualTo(1_234);
            socket.connect(InetSocketAddress.createUnresolved(NAME, 80), 3_000);

            assertThat(socket.getSoTimeout()).isEqualTo(1_234);
            assertThat(socket.getTcpNoDelay()).isTrue();
            assertThat(socket.getKeepAlive()).isTrue();
            assertThat(socket.getSoLinger()).isEqualTo(7);
            assertThat(socket.getReceiveBufferSize()).isLessThan(65_536);
            socket.setSoTimeout(50);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aSocketBehavesAsJavasOwnBeforeAndAfter() throws IOException {
        Socket socket = sockets.createSocket();
        assertThat(socket.isConnected()).isFalse();
        assertThat(socket.isBound()).isFalse();
        assertThat(socket.getInetAddress()).isNull();
        assertThatThrownBy(socket::getInputStream).hasMessage("Socket is not connected");
        assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved(NAME, 80), -1))
                .isInstanceOf(IllegalArgumentException.class);
        socket.connect(InetSocketAddress.createUnresolved(NAME, 80));
        assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved(NAME, 80)))
                .hasMessage("already connected");
        socket.getOutputStream().close();
        assertThat(socket.isClosed()).isTrue();
        assertThatThrownBy(socket::getInputStream).hasMessage("Socket is closed");
        socket.close();
    }

    @Test
    void aPodsLoadCountsAConnectionAsLongAsItIsOpen() throws IOException {
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            open.add(sockets.createSocket(NAME, 80));
        }
        assertThat(balancer().eligible().backends())
                .allSatisfy(each -> assertThat(each.inFlight()).isEqualTo(3));

        for (Socket each : open) {
            each.close();
        }

        assertThat(balancer().tally().inFlight()).isZero();
    }
}
