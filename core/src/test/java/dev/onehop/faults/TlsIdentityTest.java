package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.OnehopEvent;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Signal;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS to pods on loopback, which are dialled by address and known by the Service's name: F-19 to F-21. */
class TlsIdentityTest {

    private static final String NAME = "api-service.shop";
    private static final Duration SECONDS_3 = Duration.ofSeconds(3);

    @TempDir
    private static Path folder;

    private static TestCertificate good;
    private static TestCertificate wrongName;
    private static TestCertificate unknown;
    private static SSLContext client;

    private final List<TlsPod> pods = new ArrayList<>();
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final ConcurrentLinkedQueue<OnehopEvent> events = new ConcurrentLinkedQueue<>();
    private final Onehop onehop =
            LoopbackPods.onehop(discovery).listener(events::add).build();

    @BeforeAll
    static void certificates() throws Exception {
        good = TestCertificate.of(NAME, folder);
        wrongName = TestCertificate.of("other-service.shop", folder);
        unknown = TestCertificate.of("unknown.shop", folder);
        client = TestCertificate.trusting(good, wrongName);
    }

    @AfterEach
    void close() throws Exception {
        onehop.close();
        for (TlsPod pod : pods) {
            pod.close();
        }
    }

    @Test
    void f19_aPodWithAWrongNamesCertificateIsDialledOnceAndServesNobody() throws Exception {
        TlsPod wrong = start("wrong", wrongName);
        start(4, good);
        Balancer api = fleet();

        Set<String> served = new HashSet<>();
        for (int i = 0; i < 60 || api.eligible().size() > 4; i++) {
            assertThat(i).as("calls until it was found").isLessThan(2_000);
            served.add(call(api));
        }

        Figure.print(
                "F-19",
                "1 of 5 has a certificate for another name; 60 calls over TLS",
                "0 failed; %d connect to it, %d served by it; %d quarantined",
                wrong.accepts(),
                wrong.served(),
                api.tally().quarantines());
        assertThat(served).containsExactlyInAnyOrder("pod-0", "pod-1", "pod-2", "pod-3");
        assertThat(wrong.accepts()).isEqualTo(1);
        assertThat(wrong.served()).isZero();
        assertThat(api.tally().quarantines()).isEqualTo(1);
        assertThat(api.tally().failed(Signal.TLS_IDENTITY)).isEqualTo(1);
        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(api.explain().text())
                .contains("quarantined, for its certificate is not accepted: No subject alternative DNS name matching")
                .contains("pod wrong");
    }

    @Test
    void f19_aPodInQuarantineIsNotEvenUsedWhereAllOthersAreDead() throws Exception {
        TlsPod wrong = start("wrong", wrongName);
        List<TlsPod> well = start(2, good);
        Balancer api = fleet();
        awaiting(() -> api.eligible().size() == 2, () -> call(api));

        for (TlsPod pod : well) {
            pod.close();
        }
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> call(api)).isInstanceOf(ConnectException.class);
        }

        assertThat(wrong.accepts()).isEqualTo(1);
    }

    @Test
    void f20_whereNoCertificateIsTrustedNobodyIsQuarantinedAndTheErrorSaysSo() throws Exception {
        start(5, unknown);
        Balancer api = fleet();

        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> call(api))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("PKIX path building failed")
                    .satisfies(e -> assertThat(Arrays.stream(e.getSuppressed()).map(Throwable::getMessage))
                            .anyMatch(line -> line.contains("this client's trust store")));
        }

        Figure.print(
                "F-20",
                "the client trusts none of 5 pods; 20 calls over TLS",
                "20 failed with a trust error that says so; %d quarantined, %d ejected; %d WARN",
                api.tally().quarantined().size(),
                api.eligible().ejected().size(),
                api.tally().trustDoubts());
        awaiting(() -> api.eligible().size() == 5, () -> {});
        assertThat(api.tally().quarantined()).isEmpty();
        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(api.tally().trustDoubts()).isEqualTo(1);
        assertThat(events.stream().filter(OnehopEvent.TrustDoubted.class::isInstance))
                .hasSize(1);
        assertThat(api.eligible().backends()).extracting(Backend::failed).doesNotContain(0L);
    }

    @Test
    void f20_aLonePodThatIsNotTrustedIsNotQuarantined() throws Exception {
        start(1, unknown);
        Balancer api = fleet();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> call(api))
                    .isInstanceOf(SSLHandshakeException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
        }

        assertThat(api.eligible().size()).isEqualTo(1);
        assertThat(api.tally().quarantines()).isZero();
    }

    @Test
    void f21_aHandshakeThatStallsIsTriedElsewhereAndItsPodEjectedAfterTwo() throws Exception {
        TlsPod stalling = start("stalling", null);
        start(4, good);
        Balancer api = fleet();

        int calls = 0;
        Duration slowest = Duration.ZERO;
        long began = System.nanoTime();
        while (api.tally().ejections(Ejection.Kind.HARD) == 0) {
            long start = System.nanoTime();
            assertThat(call(api, SECONDS_3)).isNotEqualTo("stalling");
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
            calls++;
            assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(20));
        }

        Figure.print(
                "F-21",
                "1 of 5 accepts and never shakes hands; calls of 3 s, one after the other",
                "0 of %d failed; ejected after %d handshakes; slowest call %d ms",
                calls,
                stalling.accepts(),
                slowest.toMillis());
        assertThat(stalling.accepts()).isEqualTo(2);
        assertThat(api.tally().failed(Signal.TLS_HANDSHAKE)).isEqualTo(2);
        assertThat(slowest).isLessThan(SECONDS_3);
    }

    /** All pods started so far, in slices of their own. */
    private Balancer fleet() {
        discovery.set(LoopbackPods.service(), pods.stream().map(TlsPod::slice).toArray(EndpointSlice[]::new));
        Balancer api = onehop.balancer(NAME + ":80");
        api.ready().toCompletableFuture().join();
        return api;
    }

    private List<TlsPod> start(int count, TestCertificate certificate) throws Exception {
        List<TlsPod> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            started.add(start("pod-" + i, certificate));
        }
        return started;
    }

    private TlsPod start(String name, @Nullable TestCertificate certificate) throws Exception {
        var pod = new TlsPod(name, certificate == null ? null : certificate.server());
        pods.add(pod);
        return pod;
    }

    private static String call(Balancer api) throws IOException {
        return call(api, SECONDS_3);
    }

    /** Connects with TLS for the Service's name, and gives the name of the pod that served. */
    private static String call(Balancer api, Duration timeout) throws IOException {
        record Connection(Attempt attempt, SSLSocket socket) {}
        Connection made = api.connect(timeout, (attempt, left) -> new Connection(attempt, secured(attempt, left)));
        try (SSLSocket socket = made.socket()) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String name = Objects.requireNonNull(in.readLine(), "the pod's name");
            made.attempt().succeeded();
            return name;
        }
    }

    private static SSLSocket secured(Attempt attempt, Duration left) throws IOException {
        int millis = (int) Math.max(1, left.toMillis());
        var plain = new Socket();
        try {
            plain.connect(attempt.address(), millis);
            plain.setSoTimeout(millis);
            var secure = (SSLSocket) client.getSocketFactory().createSocket(plain, NAME, 80, true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setServerNames(List.of(new SNIHostName(NAME)));
            secure.setSSLParameters(parameters);
            handshake(secure);
            return secure;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** The JDK throws what the socket does, which might as well have come after the request. */
    private static void handshake(SSLSocket secure) throws IOException {
        try {
            secure.startHandshake();
        } catch (SocketTimeoutException | SocketException e) {
            var failed = new SSLHandshakeException("the handshake broke down");
            failed.initCause(e);
            throw failed;
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void awaiting(BooleanSupplier done, Step step) throws Exception {
        long began = System.nanoTime();
        while (!done.getAsBoolean()) {
            step.run();
            LockSupport.parkNanos(100_000);
            assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
    }
}
