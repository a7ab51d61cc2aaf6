package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Signal;
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Handshakes that take too long, and those of clients that are made of another by {@code newBuilder()}. */
class OkHttpHandshakeTest extends PodsFixture {

    private static final String URL = "https://api-service.shop/";

    @Test
    void aStallEverywhereEndsInThreeDialsThoughTheClientHasTwoTlsVersionsToTry() throws Exception {
        EndpointSlice[] silent = new EndpointSlice[6];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = slice("silent-" + i, closing(listening())); // accepted by the kernel, and that is all
        }
        published(API, 443, silent);
        OkHttpClient client =
                https(it -> it.connectionSpecs(List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.COMPATIBLE_TLS))
                        .connectTimeout(Duration.ofSeconds(3)));

        assertThatThrownBy(() -> get(client, URL))
                .isInstanceOf(SocketTimeoutException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).isNotEmpty());

        assertThat(balancer(443).tally().started()).isEqualTo(3);
        assertThat(balancer(443).tally().failed(Signal.TLS_HANDSHAKE)).isEqualTo(3);
    }

    @Test
    void aHandshakeOfOneByteAfterTheOtherEndsAtTheDialsDeadline() throws Exception {
        ServerSocket drips = closing(listening());
        Future<?> dripping = callers.submit(() -> drip(drips));
        Http2Pod good = pod("pod-2", true);
        published(API, 443, good.slice(API, false));
        OkHttpClient client =
                https(it -> it.connectTimeout(Duration.ofSeconds(6)).callTimeout(Duration.ofSeconds(25)));
        assertThat(get(client, URL)).isEqualTo("HTTP_2 pod-2"); // the JVM's first handshake takes its time
        client.connectionPool().evictAll();
        published(API, 443, slice("pod-1", drips), good.slice(API, false));
        await().atMost(SOON).until(() -> balancer(443).eligible().size() == 2);

        for (int i = 0; i < 2; i++) {
            assertThat(get(client, URL)).isEqualTo("HTTP_2 pod-2");
            client.connectionPool().evictAll();
        }

        assertThat(balancer(443).tally().failed(Signal.TLS_HANDSHAKE)).isBetween(1L, 2L);
        assertThatThrownBy(() -> dripping.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aClientMadeOfItWithItsOwnVerifierIsAskedByThatAlone() throws Exception {
        Http2Pod pod = pod("pod-1", true);
        published(API, 443, pod.slice(API, false));
        OkHttpClient nobody = https(it -> it.hostnameVerifier((host, session) -> false));
        OkHttpClient anybody =
                nobody.newBuilder().hostnameVerifier((host, session) -> true).build();

        assertThat(get(anybody, URL)).isEqualTo("HTTP_2 pod-1");
        assertThat(balancer(443).tally().failed(Signal.TLS_IDENTITY)).isZero();

        assertThatThrownBy(() -> get(nobody, URL)).hasMessageContaining("not verified");
        assertThat(balancer(443).tally().failed(Signal.TLS_IDENTITY)).isPositive();
    }

    @Test
    void aClientMadeOfItWithItsOwnCertificatesIsBalancedFailsOverAndIsDrained() throws Exception {
        ServerSocket closes = closing(listening());
        Future<?> hangingUp = callers.submit(() -> hangUp(closes));
        Http2Pod leaving = pod("pod-2", true);
        Http2Pod staying = pod("pod-3", true);
        published(API, 443, slice("pod-1", closes), leaving.slice(API, false));
        SSLSocketFactory own = trusting.getSocketFactory();
        OkHttpClient.Builder derived = https().newBuilder().sslSocketFactory(own, trust);

        OkHttpClient one = derived.build();
        for (int i = 0; i < 3; i++) {
            assertThat(get(one, URL)).isEqualTo("HTTP_2 pod-2");
        }
        assertThat(get(derived.build(), URL)).isEqualTo("HTTP_2 pod-2");
        assertThat(leaving.accepts()).isEqualTo(1); // of all who have the same settings
        assertThat(balancer(443).tally().succeeded()).isEqualTo(4);
        assertThat(balancer(443).tally().inFlight()).isZero();

        published(API, 443, leaving.slice(API, true), staying.slice(API, false));
        await().atMost(SOON).until(() -> leaving.connections() == 0);
        assertThat(get(one, URL)).isEqualTo("HTTP_2 pod-3");
        assertThat(hangingUp).isNotDone(); // it was dialled twice at most
        one.connectionPool().evictAll();
    }

    /** Begins a record of sixteen thousand bytes, and goes on in steps that no read is too impatient for. */
    private static @Nullable Void drip(ServerSocket server) throws IOException, InterruptedException {
        try (Socket socket = server.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(new byte[] {0x16, 3, 3, 0x40, 0});
            for (int i = 0; i < 600; i++) {
                out.write(2);
                Thread.sleep(100);
            }
            return null;
        }
    }

    private static @Nullable Void hangUp(ServerSocket server) throws IOException {
        for (int i = 0; i < 10; i++) {
            server.accept().close();
        }
        return null;
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 10, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }

    private static EndpointSlice slice(String name, ServerSocket server) {
        return EndpointSlice.of(
                API,
                "api-service-" + name,
                List.of(new SlicePort("http", Protocol.TCP, server.getLocalPort())),
                List.of(Endpoint.builder("127.0.0.1").pod(name, "uid-" + name).build()));
    }
}
