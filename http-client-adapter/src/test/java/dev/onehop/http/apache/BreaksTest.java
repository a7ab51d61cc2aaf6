package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Classifier;
import dev.onehop.health.Signal;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http2.H2ConnectionException;
import org.apache.hc.core5.http2.H2Error;
import org.junit.jupiter.api.Test;

class BreaksTest {

    @Test
    void f12_aDialThatFailsOnASocketIsNotRepeatedByApacheAndSaysStillWhatItWas() {
        var unreachable = new SocketException("Network is unreachable");
        Map<SocketException, Signal> dials = Map.of(
                unreachable,
                Signal.UNREACHABLE,
                new NoRouteToHostException("No route to host"),
                Signal.UNREACHABLE,
                new BindException("Cannot assign requested address"),
                Signal.LOCAL_EXHAUSTION,
                new SocketException("Connection reset"),
                Signal.CONNECT_REFUSED,
                new ConnectException("Connection refused"),
                Signal.CONNECT_REFUSED);

        dials.forEach((failure, signal) -> {
            SocketException says = Breaks.ofDial(failure, false);
            assertThat(Classifier.standard().ofFailure(says)).as("%s", failure).isEqualTo(signal);
            assertThat(isRepeated(says)).as("%s", failure).isFalse();
        });
        assertThat(isRepeated(unreachable)).as("without").isTrue();
    }

    @Test
    void aDialThatTheCallerAbortsStaysWhatItIs() {
        var closed = new SocketException("Socket closed");

        assertThat(Breaks.ofDial(closed, true)).isSameAs(closed);
    }

    @Test
    void onlyAConnectionThatEndedIsStaleAndNoneThatCarriedNonsense() {
        Stream.of(
                        new NoHttpResponseException("no"),
                        new ConnectionClosedException(),
                        new EOFException(),
                        new SocketException("Connection reset by peer"),
                        new IOException("Broken pipe"))
                .forEach(failure -> assertThat(Breaks.isClosed(failure)).isTrue());
        Stream.of(
                        new MalformedChunkCodingException(),
                        new ProtocolException("no HTTP", new EOFException()),
                        new H2ConnectionException(H2Error.PROTOCOL_ERROR, "no HTTP/2"),
                        new IOException("something else"))
                .forEach(failure -> assertThat(Breaks.isClosed(failure)).isFalse());
    }

    @Test
    void whatBreaksAnExchangeIsNoEvidenceAgainstConnects() {
        for (String alert : new String[] {"access_denied", "handshake_failure", "bad_certificate"}) {
            assertThat(ofExchange(new SSLHandshakeException("Received fatal alert: " + alert)))
                    .isEqualTo(Signal.TLS_CLIENT_REFUSED);
        }
        assertThat(ofExchange(new SSLHandshakeException("Remote host terminated the handshake")))
                .isEqualTo(Signal.RESET);
        assertThat(ofExchange(new NoRouteToHostException("No route to host"))).isEqualTo(Signal.RESET);
        assertThat(ofExchange(new IOException("of the caller's"))).isEqualTo(Signal.OTHER);
    }

    private static Signal ofExchange(Exception failure) {
        return Breaks.ofExchange(Classifier.standard().ofFailure(failure), failure);
    }

    private static boolean isRepeated(SocketException failure) {
        return DefaultHttpRequestRetryStrategy.INSTANCE.retryRequest(
                new BasicHttpRequest("GET", "/"), failure, 1, HttpClientContext.create());
    }
}
