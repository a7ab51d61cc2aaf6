package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StandardClassifierTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), Signal.CONNECT_REFUSED, true),
                Arguments.of(new SocketTimeoutException("Connect timed out"), Signal.CONNECT_TIMEOUT, true),
                Arguments.of(new HttpConnectTimeoutException("HTTP connect timed out"), Signal.CONNECT_TIMEOUT, true),
                Arguments.of(new ConnectException("Connection timed out"), Signal.CONNECT_TIMEOUT, true),
                Arguments.of(new NoRouteToHostException("No route to host"), Signal.UNREACHABLE, true),
                Arguments.of(new SocketException("Network is unreachable"), Signal.UNREACHABLE, true),
                Arguments.of(new SSLHandshakeException("handshake_failure"), Signal.TLS_HANDSHAKE, true),
                Arguments.of(new BindException("Address already in use"), Signal.LOCAL_EXHAUSTION, false),
                Arguments.of(new SocketException("Too many open files"), Signal.LOCAL_EXHAUSTION, false),
                Arguments.of(new ConnectException("Cannot assign requested address"), Signal.LOCAL_EXHAUSTION, false),
                Arguments.of(new SocketTimeoutException("Read timed out"), Signal.RESPONSE_TIMEOUT, false),
                Arguments.of(
                        new SocketTimeoutException("Read timed out on connection 7"), Signal.RESPONSE_TIMEOUT, false),
                Arguments.of(new IOException("upstream said: Network is unreachable"), Signal.OTHER, false),
                Arguments.of(
                        new SSLHandshakeException("Received fatal alert: bad_certificate"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLHandshakeException("(bad_certificate) Received fatal alert: bad_certificate"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLHandshakeException("Received fatal alert: unknown_ca"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLHandshakeException("Received fatal alert: access_denied"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLHandshakeException("Received fatal alert: certificate_required"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLException("error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLException("error:14094412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate"),
                        Signal.TLS_CLIENT_REFUSED,
                        false),
                Arguments.of(
                        new SSLHandshakeException("Received fatal alert: internal_error"), Signal.TLS_HANDSHAKE, true),
                Arguments.of(
                        new SSLHandshakeException("(certificate_unknown) No name matching api found")
                                .initCause(new CertificateException("No name matching api found")),
                        Signal.TLS_IDENTITY,
                        false),
                Arguments.of(new SSLPeerUnverifiedException("Hostname api not verified"), Signal.TLS_IDENTITY, false),
                Arguments.of(
                        new SSLHandshakeException("PKIX path building failed")
                                .initCause(new CertificateException("no trust anchor")),
                        Signal.TLS_IDENTITY,
                        false),
                Arguments.of(
                        new ConnectException("wrapped").initCause(new NoRouteToHostException("No route to host")),
                        Signal.UNREACHABLE,
                        true),
                Arguments.of(new HttpTimeoutException("request timed out"), Signal.RESPONSE_TIMEOUT, false),
                Arguments.of(new IOException("GOAWAY: ENHANCE_YOUR_CALM"), Signal.BUSY, false),
                Arguments.of(new IOException("Received RST_STREAM: Enhance your calm"), Signal.BUSY, false),
                Arguments.of(new SocketException("Connection reset"), Signal.RESET, false),
                Arguments.of(new ProtocolException("Invalid status line: \"nonsense\""), Signal.RESET, false),
                Arguments.of(new ProtocolException("Server redirected too many times"), Signal.OTHER, false),
                Arguments.of(new IOException("HTTP/1.1 header parser received no bytes"), Signal.RESET, false));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void readsWhatAFailureSaysOfItsBackend(Throwable failure, Signal signal, boolean hard) {
        assertThat(Classifier.standard().ofFailure(failure)).isEqualTo(signal);
        assertThat(Classifier.standard().ofFailure(failure).isHard()).isEqualTo(hard);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void looksThroughWrappers(Throwable failure, Signal signal) {
        assertThat(Classifier.standard().ofFailure(new CompletionException(new CompletionException(failure))))
                .isEqualTo(signal);
    }

    @Test
    void aChainOfCausesWithoutEndIsCutOff() {
        var a = new ConnectException("a");
        var b = new ConnectException("b");
        a.initCause(b);
        b.initCause(a);

        assertThat(Classifier.standard().ofFailure(a)).isEqualTo(Signal.CONNECT_REFUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "200, false, ",
        "204, false, ",
        "301, false, ",
        "400, false, ",
        "404, false, ",
        "501, false, ",
        "505, false, ",
        "500, false, SERVER_ERROR",
        "502, false, UNAVAILABLE",
        "503, false, UNAVAILABLE",
        "504, true, UNAVAILABLE",
        "503, true, BUSY",
        "429, false, BUSY",
        "429, true, BUSY"
    })
    void mostHttpStatusesSayThatTheBackendHasDoneItsWork(int status, boolean retryAfter, Signal signal) {
        assertThat(Classifier.standard().ofHttpStatus(status, retryAfter)).isEqualTo(Optional.ofNullable(signal));
    }

    @Test
    void mostGrpcCodesSayThatTheBackendHasDoneItsWork() {
        var signals = new TreeMap<Integer, Signal>();
        for (int code = 0; code <= 16; code++) {
            int each = code;
            Classifier.standard().ofGrpcStatus(code).ifPresent(signal -> signals.put(each, signal));
        }
        assertThat(signals)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        1, Signal.GIVEN_UP,
                        2, Signal.SERVER_ERROR,
                        4, Signal.RESPONSE_TIMEOUT,
                        8, Signal.BUSY,
                        13, Signal.SERVER_ERROR,
                        14, Signal.UNAVAILABLE,
                        15, Signal.SERVER_ERROR));
    }

    @Test
    void aConnectThatFailedIsNoConnectionThatBroke() {
        var asTheJdkSaysIt = new ConnectException();
        asTheJdkSaysIt.initCause(new ClosedChannelException());

        assertThat(Classifier.standard().ofFailure(asTheJdkSaysIt)).isEqualTo(Signal.CONNECT_REFUSED);
        assertThat(Classifier.standard().ofFailure(new IOException("x", new ClosedChannelException())))
                .isEqualTo(Signal.RESET);
    }
}
