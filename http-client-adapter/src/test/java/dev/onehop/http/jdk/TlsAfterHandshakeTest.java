package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Signal;
import dev.onehop.http.contract.ScriptedTlsPod;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that a pod may have seen goes to no other, whatever TLS says of it afterwards. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class TlsAfterHandshakeTest extends HttpsFixture {

    private static final int CALLS = 4;

    /** A record that nobody can decrypt, so that the client's engine fails. */
    private static final byte[] GARBAGE = new byte[5 + 64];

    static {
        GARBAGE[0] = 23;
        GARBAGE[1] = 3;
        GARBAGE[2] = 3;
        GARBAGE[4] = 64;
    }

    /** Everything goes to the first as long as it may be used. */
    private ScriptedTlsPod first;

    private ScriptedTlsPod second;

    /** A dial to one of several pods has a second, and the first handshake of a JVM may need more on a busy machine. */
    @BeforeAll
    static void onePreviousHandshake() throws Exception {
        try (var pod = new ScriptedTlsPod(api.server());
                var socket = trust.getSocketFactory().createSocket("127.0.0.1", pod.port())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    @BeforeEach
    void twoPods() throws Exception {
        ScriptedTlsPod one = closing(new ScriptedTlsPod(context(api, other)));
        ScriptedTlsPod another = closing(new ScriptedTlsPod(context(api, other)));
        boolean inOrder = String.valueOf(one.port()).compareTo(String.valueOf(another.port())) < 0;
        first = inOrder ? one : another;
        second = inOrder ? another : one;
        service("api-service", first.port(), second.port());
    }

    static Stream<Arguments> refusals() {
        Stream<String> tls12 = Stream.of("bad_certificate", "certificate_unknown", "access_denied");
        Stream<String> tls13 = Stream.of(
                "bad_certificate", "certificate_required", "access_denied", "handshake_failure", "decrypt_error");
        return Stream.concat(
                        tls12.map(alert -> Arguments.of("TLSv1.2", alert)),
                        tls13.map(alert -> Arguments.of("TLSv1.3", alert)))
                .flatMap(each -> Stream.of("order", "").map(body -> Arguments.of(each.get()[0], each.get()[1], body)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void ourCertificateRefusedIsNobodysFaultAndIsTriedNowhereElse(String protocol, String alert, String body)
            throws Exception {
        first.wantsCertificates();
        over(AlertRenamed.context(trust, alert), protocol);

        for (int i = 0; i < CALLS; i++) {
            assertThatThrownBy(() -> post(body)).isInstanceOf(IOException.class);
        }

        assertThat(first.executed() + second.executed()).isZero();
        assertThat(balancer().tally().started()).isEqualTo(CALLS);
        assertThat(balancer().tally().failed(Signal.TLS_CLIENT_REFUSED)).isEqualTo(CALLS);
        assertThat(balancer().eligible().ejected()).isEmpty();
        assertThat(balancer().eligible().size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, handshake_failure, order",
        "TLSv1.2, handshake_failure, ''",
        "TLSv1.2, access_denied, order",
        "TLSv1.2, access_denied, ''",
        "TLSv1.3, handshake_failure, order",
        "TLSv1.3, handshake_failure, ''",
        "TLSv1.3, access_denied, order",
        "TLSv1.3, access_denied, ''"
    })
    void anAlertOfTheHandshakeAfterTheRequestSendsItNowhereElse(String protocol, String alert, String body)
            throws Exception {
        first.doing((tls, plain) -> {
            plain.getOutputStream().write(GARBAGE);
            throw new IOException("as scripted");
        });
        over(AlertRenamed.context(trust, alert), protocol);

        for (int i = 0; i < CALLS; i++) {
            assertThatThrownBy(() -> post(body)).isInstanceOf(IOException.class);
        }

        assertThat(first.executed()).isEqualTo(CALLS);
        assertThat(second.executed()).isZero();
        assertThat(balancer().tally().failed(Signal.TLS_HANDSHAKE)).isZero();
        assertThat(balancer().tally().failed(Signal.TLS_CLIENT_REFUSED))
                .isEqualTo(alert.equals("access_denied") ? CALLS : 0);
        assertThat(balancer().eligible().ejected()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"order", ""})
    void s28_aPodThatRenegotiatesInTheMiddleOfARequestIsRefusedAndNobodyElseGetsIt(String body) throws Exception {
        first.doing((tls, plain) -> {
            tls.setEnabledCipherSuites(
                    new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}); // which its key cannot do
            tls.startHandshake();
            ScriptedTlsPod.answer(tls);
        });
        over(trust, "TLSv1.2");

        for (int i = 0; i < CALLS; i++) {
            assertThatThrownBy(() -> post(body))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("a second TLS handshake was asked for");
        }

        assertThat(first.executed()).isEqualTo(CALLS);
        assertThat(second.executed()).isZero();
        assertThat(balancer().tally().failed(Signal.TLS_HANDSHAKE)).isZero();
        assertThat(balancer().eligible().ejected()).isEmpty();
    }

    @Test
    void newKeysOfTls13AreNoHandshake() throws Exception {
        service("api-service", first.port());
        first.doing((tls, plain) -> {
            tls.startHandshake(); // asks the client for new keys too
            ScriptedTlsPod.answer(tls);
        });
        over(trust, "TLSv1.3");

        for (int i = 0; i < CALLS; i++) {
            assertThat(post("order")).isEqualTo("done");
        }

        assertThat(first.executed()).isEqualTo(CALLS);
        assertThat(first.accepts()).isEqualTo(1);
    }

    private void over(SSLContext context, String protocol) {
        SSLParameters parameters = trust.getDefaultSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        over(HttpClient.newBuilder()
                .sslContext(context)
                .sslParameters(parameters)
                .build());
    }

    private String post(String body) throws IOException, InterruptedException {
        BodyPublisher published = body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return http.send(request(API + "/").POST(published).build(), BodyHandlers.ofString())
                .body();
    }
}
