package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Onehop;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSSE over a socket to a pod: TLS identity stays the Service's name (reliability S-07, S-08). */
class TlsOverSocketTest {

    private static final String NAME = "api-service.shop";

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());

    @Test
    void s07_aCertificateForTheServiceIsAcceptedAndBytesGoBothWays(@TempDir Path folder) throws Exception {
        assertThat(exchange(TestCertificate.of(NAME, folder))).isEqualTo("hello");
    }

    @Test
    void s08_aCertificateForThePodsAddressIsNot(@TempDir Path folder) throws Exception {
        TestCertificate address = TestCertificate.ofAddress("127.0.0.1", folder);

        assertThatThrownBy(() -> exchange(address)).isInstanceOf(SSLHandshakeException.class);
    }

    private String exchange(TestCertificate certificate) throws Exception {
        SSLContext server = certificate.server();
        try (SSLServerSocket listener = (SSLServerSocket) server.getServerSocketFactory()
                        .createServerSocket(0, 5, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                Onehop onehop = LoopbackPods.onehop(discovery).build()) {
            var echo = new Thread(() -> {
                try (Socket accepted = listener.accept()) {
                    accepted.getOutputStream().write(accepted.getInputStream().readNBytes(5));
                    accepted.getInputStream().read(); // until the client closes: it would find a reset otherwise
                } catch (IOException gone) {
                    // the client does not like us
                }
            });
            echo.setDaemon(true);
            echo.start();
            discovery.set(
                    LoopbackPods.service(),
                    EndpointSlice.of(
                            LoopbackPods.API,
                            "api-1",
                            List.of(new SlicePort("http", Protocol.TCP, listener.getLocalPort())),
                            List.of(Endpoint.builder("127.0.0.1").build())));
            Socket plain = OnehopSocketFactory.of(onehop).createSocket(NAME, 80);
            String answer;
            try (SSLSocket tls = (SSLSocket)
                    TestCertificate.trusting(certificate).getSocketFactory().createSocket(plain, NAME, 80, true)) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
                tls.setSoTimeout(5_000);
                tls.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                answer = new String(tls.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
            }
            assertThat(plain.isClosed()).isTrue();
            assertThat(onehop.forHost(NAME, 80).orElseThrow().tally().succeeded())
                    .isEqualTo(1);
            return answer;
        }
    }
}
