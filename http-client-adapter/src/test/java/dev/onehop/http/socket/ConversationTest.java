package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Tally;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is learnt from a connection of which only reads and writes are seen. */
class ConversationTest extends SocketFixture {

    @Test
    void aConnectionThatWasAnsweredHasSucceededWhenItIsClosed() throws IOException {
        Socket socket = sockets.createSocket(NAME, 80);
        ask(socket);
        assertThat(tally().inFlight()).isEqualTo(1);

        socket.close();
        socket.close();

        assertThat(tally().succeeded()).isEqualTo(1);
        assertThat(tally().inFlight()).isZero();
    }

    @Test
    void oneThatNobodyUsedTellsNothing() throws IOException {
        sockets.createSocket(NAME, 80).close();

        assertThat(tally().succeeded()).isZero();
        assertThat(tally().inFlight()).isZero();
        assertThat(balancer().eligible().backends())
                .allSatisfy(each -> assertThat(each.failed()).isZero());
    }

    @Test
    void readingNothingIsNoAnswer() throws IOException {
        try (Socket socket = sockets.createSocket(NAME, 80)) {
            assertThat(socket.getInputStream().read(new byte[0])).isZero();
        }

        assertThat(tally().succeeded()).isZero();
        assertThat(tally().inFlight()).isZero();
    }

    @Test
    void aResetInsteadOfAnAnswerSpeaksAgainstThePod() throws IOException {
        pods.forEach(LoopbackPod::resetAfterRequest);
        try (Socket socket = sockets.createSocket(NAME, 80)) {
            assertThatThrownBy(() -> ask(socket)).isInstanceOf(SocketException.class);
        }

        assertThat(tally().failed(Signal.RESET)).isEqualTo(1);
        assertThat(tally().inFlight()).isZero();
    }

    @Test
    void podsThatResetAreEjectedByTheirConnectionsAlone() throws IOException {
        pods.get(0).resetAfterRequest();
        // what is not believed at once is nominated again a tenth of a second later
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(10))
                .until(() -> {
                    try (Socket socket = sockets.createSocket(NAME, 80)) {
                        ask(socket);
                    } catch (SocketException reset) {
                        // pod-1's way
                    }
                    return !balancer().eligible().ejected().isEmpty();
                });

        assertThat(balancer().eligible().ejected())
                .singleElement()
                .satisfies(each -> assertThat(each.podName()).contains("pod-1"));
    }

    @Test
    void aResetInMidAnswerSpeaksAgainstThePod() throws IOException {
        try (Socket socket = sockets.createSocket(NAME, 80)) {
            LoopbackPod pod = pods.named(ask(socket));
            pod.kill();
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }

        assertThat(tally().failed(Signal.RESET)).isEqualTo(1);
    }

    @Test
    void f15_aResetOfAConnectionUsedBeforeMayBeTheRaceOfIdleOnes() throws IOException {
        try (Socket socket = sockets.createSocket(NAME, 80)) {
            LoopbackPod pod = pods.named(ask(socket));
            pod.kill();
            await().atMost(SOON).until(() -> pod.connections() == 0);
            assertThatThrownBy(() -> ask(socket)).isInstanceOf(SocketException.class);
        }

        assertThat(tally().failed(Signal.RESET)).isZero();
        assertThat(tally().failed(Signal.STALE_CONNECTION)).isEqualTo(1);
    }

    @Test
    void aClientsShortPatienceIsNotHeldAgainstThePod() throws IOException {
        pods.forEach(LoopbackPod::stall);
        try (Socket socket = sockets.createSocket(NAME, 80)) {
            socket.setSoTimeout(50);
            assertThatThrownBy(() -> ask(socket)).isInstanceOf(SocketTimeoutException.class);
        }

        assertThat(balancer().eligible().backends())
                .allSatisfy(each -> assertThat(each.failed()).isZero());
    }

    @Test
    void anEndBeforeAnythingWasSaidSpeaksAgainstThePodOnlyWherePodsSpeakFirst() throws IOException {
        try (FakeServer mute = FakeServer.start("mute", client -> {})) {
            new ServicePods(discovery, "mute", 3306).publish(mute.port());
            Balancer balancer = onehop.forHost("mute.shop", 3306).orElseThrow();

            try (Socket socket = sockets.createSocket("mute.shop", 3306)) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(balancer.tally().failed(Signal.RESET)).isZero();

            try (Socket socket = sockets.wherePodsSpeakFirst().createSocket("mute.shop", 3306)) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(balancer.tally().failed(Signal.RESET)).isEqualTo(1);
            assertThat(balancer.tally().inFlight()).isZero();
        }
    }

    private Tally tally() {
        return balancer().tally();
    }
}
