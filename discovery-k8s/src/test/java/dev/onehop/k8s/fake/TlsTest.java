package dev.onehop.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

class TlsTest {

    @Test
    void aRotatedCertificateIsTrustedOnlyByItsNewAuthority() throws Exception {
        try (FakeApiServer server = FakeApiServer.builder().tls().start()) {
            String before = server.caCertificatePem();
            assertThat(status(server, before)).isEqualTo(200);

            server.rotateCertificate();

            assertThatThrownBy(() -> status(server, before)).isInstanceOf(SSLException.class);
            assertThat(status(server, server.caCertificatePem())).isEqualTo(200);
        }
    }

    private static int status(FakeApiServer server, String authority) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(authority.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/version"))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .send(request, BodyHandlers.ofString())
                .statusCode();
    }
}
