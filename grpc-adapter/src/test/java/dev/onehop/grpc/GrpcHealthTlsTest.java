package dev.onehop.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Classifier;
import dev.onehop.health.Signal;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS identity stays the name clients use, whatever address is dialled (reliability S-07). */
class GrpcHealthTlsTest {

    private static final String NAME = "api-service.shop";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private static KeyStore keys;
    private GrpcPod pod;

    @BeforeAll
    static void makeCertificate(@TempDir Path folder) throws Exception {
        keys = selfSigned(folder);
    }

    @BeforeEach
    void start() throws Exception {
        var manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        manager.init(keys, PASSWORD);
        pod = GrpcPod.start(
                TlsServerCredentials.newBuilder()
                        .keyManager(manager.getKeyManagers())
                        .build(),
                new HealthStatusManager().getHealthService());
    }

    @AfterEach
    void close() {
        pod.close();
    }

    @Test
    void theRightNameIsWellCheckAfterCheck() throws Exception {
        GrpcHealth check = GrpcHealth.check().overTls(trusting(), NAME);
        for (int i = 0; i < 3; i++) {
            check(check);
        }

        assertThat(pod.authorities()).containsOnly(NAME).hasSize(3);
        assertThat(check).hasToString("grpc health over tls " + NAME);
    }

    @Test
    void anotherNameIsNot() {
        assertThat(signal(GrpcHealth.check().overTls(trusting(), "other.shop"))).isEqualTo(Signal.TLS_IDENTITY);
        assertThat(pod.authorities()).isEmpty();
    }

    @Test
    void aCertificateNobodyTrustsIsNot() {
        assertThat(signal(GrpcHealth.check().overTls(TlsChannelCredentials.create(), NAME)))
                .isEqualTo(Signal.TLS_IDENTITY);
        assertThat(pod.authorities()).isEmpty();
    }

    @Test
    void plaintextIsNot() {
        assertThatThrownBy(() -> check(GrpcHealth.check())).isInstanceOf(ExecutionException.class);
    }

    @Test
    void aNameThatCannotBeOneIsRefusedAtOnce() {
        for (String bad : List.of("", "api service", "api-service.shop:443", "api\n")) {
            assertThatThrownBy(() -> GrpcHealth.check().overTls(trusting(), bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("serverName: '");
        }
    }

    private Signal signal(GrpcHealth check) {
        try {
            check(check);
        } catch (ExecutionException e) {
            return Classifier.standard().ofFailure(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it is well");
    }

    private void check(GrpcHealth check) throws Exception {
        check.probe(pod.address(), Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private ChannelCredentials trusting() {
        try {
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("pod", keys.getCertificate("pod"));
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            return TlsChannelCredentials.newBuilder()
                    .trustManager(managers.getTrustManagers())
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyStore selfSigned(Path folder) throws Exception {
        Path file = folder.resolve("keys.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "pod",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=pod",
                        "-ext",
                        "san=dns:" + NAME,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var pair = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            pair.load(in, PASSWORD);
        }
        return pair;
    }
}
