package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Ejection;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What checks say over real sockets, and what they make of the answers. */
class ConversationsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String HEALTHZ = "/healthz?full=1";

    private final LoopbackPods pods = LoopbackPods.start(3);
    private final LoopbackPod pod = pods.get(0);
    private final ConnectProber prober = new ConnectProber();

    @AfterEach
    void close() {
        prober.close();
        pods.close();
    }

    @Test
    void s23_oneGetOfTheGivenPathWithTheServicesNameAsHost() throws Exception {
        http(SECOND);

        assertThat(pod.request().line()).isEqualTo("GET " + HEALTHZ + " HTTP/1.1");
        assertThat(pod.request().host()).isEqualTo("api-service.shop");
        assertThat(pod.request().header("connection")).contains("close");
    }

    @Test
    void s23_fromTwoHundredToThreeNinetyNineIsWellAndARedirectIsNotFollowed() throws Exception {
        for (int status : List.of(200, 204, 299, 304, 399)) {
            pod.answering(request -> PodResponse.of(status, ""));
            http(SECOND);
        }
        pod.answering(request -> PodResponse.redirect(
                302, "http://" + pods.get(1).ip() + ":" + pods.get(1).port() + "/"));
        http(SECOND);

        assertThat(pod.requests()).hasSize(6);
        assertThat(pods.get(1).accepts()).isZero();
    }

    @Test
    void anyOtherStatusIsNot() {
        for (int status : List.of(101, 400, 404, 429, 500, 503)) {
            pod.answering(request -> PodResponse.of(status, ""));
            assertThatThrownBy(() -> http(SECOND)).hasRootCauseMessage("answered " + status);
        }
    }

    @Test
    void whatIsNoHttpIsNot() {
        for (String garbage :
                List.of("", "SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n", "HTTP/1.1 2000 \r\n", "\n", "HTTP/1.1 200")) {
            pod.answeringGarbage(garbage);
            assertThatThrownBy(() -> http(SECOND)).isInstanceOf(ExecutionException.class);
        }
        pod.answeringGarbage("HTTP/1.1 200 " + "x".repeat(5_000) + "\r\n\r\n");
        assertThatThrownBy(() -> http(SECOND)).hasRootCauseMessage("no HTTP/1.1 status line");
    }

    @Test
    void s23_ofABodyWithoutEndNoMoreIsReadThanFourKilobytes() throws Exception {
        var sent = new AtomicLong();
        try (var server = new ServerSocket(0, 10, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            var over = CompletableFuture.runAsync(() -> {
                try (Socket client = server.accept()) {
                    client.setSendBufferSize(4096);
                    client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    var more = new byte[1024];
                    for (int i = 0; i < 1_000_000; i++) {
                        client.getOutputStream().write(more);
                        sent.addAndGet(more.length);
                    }
                } catch (IOException hungUp) {
                    // as it should
                }
            });
            prober.converse(at(server.getLocalPort()), SECOND, new HttpCheck("/"))
                    .toCompletableFuture()
                    .get(5, TimeUnit.SECONDS);
            over.get(5, TimeUnit.SECONDS);
        }
        assertThat(sent).as("what the kernels hold, and not a gigabyte").hasValueLessThan(10_000_000);
    }

    @Test
    void anAnswerThatDripsInEndsWithTheTime() throws Exception {
        try (var server = new ServerSocket(0, 10, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            var over = CompletableFuture.runAsync(() -> {
                try (Socket client = server.accept()) {
                    for (int i = 0; i < 100; i++) {
                        client.getOutputStream().write('H');
                        TimeUnit.MILLISECONDS.sleep(50); // the server's own slowness
                    }
                } catch (IOException | InterruptedException hungUp) {
                    // as it should
                }
            });
            long began = System.nanoTime();
            assertThatThrownBy(
                            () -> prober.converse(at(server.getLocalPort()), Duration.ofMillis(300), new HttpCheck("/"))
                                    .toCompletableFuture()
                                    .get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
            over.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aPodThatReadsAndNeverAnswersIsNotWellAndNoFailedConnect() {
        pod.stall();

        assertThatThrownBy(() -> http(Duration.ofMillis(200))).hasStackTraceContaining("no answer in time");
    }

    @Test
    void s23_aPathIsAPathAndNothingElse() {
        for (String bad : List.of(
                "",
                "healthz",
                "/a b",
                "/a\r\nX: y",
                "/a#b",
                "http://evil/",
                "/\u00e9",
                "/a\u0000",
                "/" + "x".repeat(1024))) {
            assertThatThrownBy(() -> ActiveCheck.http(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("path: ");
        }
        ActiveCheck.http("/");
        ActiveCheck.http("/a/b.c?d=e&f=%20");
    }

    @Test
    void aHandshakeIsHeldWithTheNameClientsUse(@TempDir Path directory) throws Exception {
        SSLContext context = selfSigned(directory, "api-service.shop");
        try (var server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            var served = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 3; i++) {
                    try (SSLSocket client = (SSLSocket) server.accept()) {
                        client.setSoTimeout(5_000);
                        client.startHandshake();
                        client.getInputStream().read();
                    } catch (IOException refused) {
                        // the client does not like us
                    }
                }
            });
            tls(server.getLocalPort(), context, "api-service.shop");
            assertThatThrownBy(() -> tls(server.getLocalPort(), context, "other.shop"))
                    .hasCauseInstanceOf(SSLException.class);
            assertThatThrownBy(() -> tls(server.getLocalPort(), SSLContext.getDefault(), "api-service.shop"))
                    .hasCauseInstanceOf(SSLException.class);
            served.get(10, TimeUnit.SECONDS);
        }
        assertThatThrownBy(() -> tls(pod.port(), context, "api-service.shop")).isInstanceOf(ExecutionException.class);
    }

    @Test
    void aPodThatListensButAnswersBadlyIsFoundOutWithoutACall() {
        pod.answering(request -> PodResponse.of(503, "no"));
        try (Onehop onehop = pods.onehop()
                .activeCheck(ActiveCheck.http(HEALTHZ)
                        .interval(Duration.ofMillis(50))
                        .all())
                .build()) {
            Balancer api = onehop.balancer("api-service.shop:80");
            await().atMost(Duration.ofSeconds(20)).until(() -> api.tally().ejections(Ejection.Kind.SOFT) == 1);
            assertThat(api.eligible().ejected())
                    .singleElement()
                    .satisfies(out -> assertThat(out.address().getAddress().getHostAddress())
                            .isEqualTo(pod.ip()));
            assertThat(api.tally().started()).isZero();

            pods.get(1).refuse();
            await().atMost(Duration.ofSeconds(20)).until(() -> api.tally().ejections(Ejection.Kind.HARD) == 1);
            pods.get(1).comeBack();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> api.eligible().ejected().size() == 1);
        }
    }

    private void http(Duration timeout) throws Exception {
        prober.converse(named(pod.address()), timeout, new HttpCheck(HEALTHZ))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private void tls(int port, SSLContext context, String name) throws Exception {
        prober.converse(at(port), Duration.ofSeconds(5), new TlsCheck(context, name))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static InetSocketAddress at(int port) throws Exception {
        return new InetSocketAddress(InetAddress.getByAddress("api-service.shop", new byte[] {127, 0, 0, 1}), port);
    }

    private static InetSocketAddress named(InetSocketAddress pod) throws Exception {
        return new InetSocketAddress(
                InetAddress.getByAddress("api-service.shop", pod.getAddress().getAddress()), pod.getPort());
    }

    /** A context that has a certificate of this name, and trusts it alone. */
    private static SSLContext selfSigned(Path directory, String name) throws Exception {
        Path file = directory.resolve("keys.p12");
        String password = "changeit";
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
                        "san=dns:" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        password,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var pair = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            pair.load(in, password.toCharArray());
        }
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("pod", pair.getCertificate("pod"));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(pair, password.toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
