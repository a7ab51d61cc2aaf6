package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.net.SocketException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.junit.jupiter.api.Test;

class HandshakeFailuresTest {

    private final Socket socket = new Socket();
    private final HttpClientContext context = HttpClientContext.create();

    @Test
    void whateverBreaksInAHandshakeIsAHandshakesFailureSoThatAnotherPodIsTried() {
        TlsSocketStrategy plain = (socket, target, port, attachment, context) -> {
            throw new SSLException("Unsupported or unrecognized SSL message");
        };

        assertThatThrownBy(() -> new HandshakeFailures(plain, () -> false).upgrade(socket, "api", 443, null, context))
                .isInstanceOf(SSLHandshakeException.class)
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void aCallerThatAbortsInAHandshakeIsNoFailureOfThePods() {
        TlsSocketStrategy aborted = (socket, target, port, attachment, context) -> {
            throw new SocketException("Socket closed");
        };

        assertThatThrownBy(() -> new HandshakeFailures(aborted, () -> true).upgrade(socket, "api", 443, null, context))
                .isExactlyInstanceOf(SocketException.class);
    }
}
