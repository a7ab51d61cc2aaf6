package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.Test;

class HandshakeFailuresTest {

    private static final InTime SOON = InTime.of(Timeout.ofSeconds(10));

    private final Socket socket = new Socket();
    private final HttpClientContext context = HttpClientContext.create();

    @Test
    void whateverBreaksInAHandshakeIsAHandshakesFailureSoThatAnotherPodIsTried() {
        TlsSocketStrategy plain = (socket, target, port, attachment, context) -> {
            throw new SSLException("Unsupported or unrecognized SSL message");
        };

        assertThatThrownBy(() ->
                        new HandshakeFailures(plain, () -> false, SOON).upgrade(socket, "api", 443, null, context))
                .isInstanceOf(SSLHandshakeException.class)
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void aCallerThatAbortsInAHandshakeIsNoFailureOfThePods() {
        TlsSocketStrategy aborted = (socket, target, port, attachment, context) -> {
            throw new SocketException("Socket closed");
        };

        assertThatThrownBy(() ->
                        new HandshakeFailures(aborted, () -> true, SOON).upgrade(socket, "api", 443, null, context))
                .isExactlyInstanceOf(SocketException.class);
    }

    @Test
    void aPodThatDripsBytesForEverIsGivenUpWhenTheDialsTimeIsOver() throws Exception {
        try (var pod = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                var dripped = new Socket(pod.getInetAddress(), pod.getLocalPort());
                Socket accepted = pod.accept()) {
            var dripping = new Thread(() -> drip(accepted));
            dripping.start();
            TlsSocketStrategy patient = (socket, target, port, attachment, context) -> {
                socket.setSoTimeout(5_000); // of each read, as Apache has it
                InputStream in = socket.getInputStream();
                for (int i = 0; i < 1_000 && in.read() >= 0; i++) {
                    assertThat(socket.isConnected()).isTrue();
                }
                throw new SSLException("the handshake went on for ever");
            };
            long began = System.nanoTime();

            assertThatThrownBy(() -> new HandshakeFailures(patient, () -> false, InTime.of(Timeout.ofMilliseconds(300)))
                            .upgrade(dripped, "api", 443, null, context))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasCauseInstanceOf(SocketException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
            dripping.join(10_000);
        }
    }

    private static void drip(Socket socket) {
        try {
            for (int i = 0; i < 500; i++) {
                socket.getOutputStream().write(22);
                Thread.sleep(10);
            }
        } catch (IOException | InterruptedException closed) {
            // as it should be
        }
    }
}
