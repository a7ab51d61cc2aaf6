package dev.onehop.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that accept and say nothing: a TLS handshake is part of the dial, and has no time but the connect's. */
class ReactorHandshakeTest extends ContractFixture {

    private static final String HTTPS = "https://api-service.shop:80/";
    private static final Duration WHOLE = Duration.ofSeconds(3);
    private static final Duration SHORT = Duration.ofMillis(250);

    private static SSLContext trust;

    @BeforeAll
    static void certificates(@TempDir Path folder) throws Exception {
        trust = TestCertificate.trusting(TestCertificate.of("api-service.shop", folder));
    }

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }

    @Test
    void f21_whereAllHandshakesStallTheCallKeepsItsConnectTimeoutAndSaysSo() throws Exception {
        silent(pods(5));
        fails(client(onehop(), within(SHORT))); // so that loading classes is not counted
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        balancer.ready().toCompletableFuture().join();
        ClientUnderTest client = client(onehop, within(WHOLE));

        Duration took = timed(() -> fails(client));

        System.out.printf(
                "F-21 %s: %d dials of 5 that stall in %d ms%n",
                getClass().getSimpleName(), balancer.tally().started(), took.toMillis());
        assertThat(took).isLessThanOrEqualTo(WHOLE.plus(SLACK));
        assertThat(balancer.tally().started()).isBetween(2L, 3L);
        assertThat(balancer.tally().failed(Signal.TLS_HANDSHAKE)).isPositive();
    }

    @Test
    void aHandshakeThatIsGivenTooLittleTimeSpeaksAgainstNobody() throws Exception {
        silent(pods(3));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        balancer.ready().toCompletableFuture().join();

        fails(client(onehop, within(SHORT)));

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isPositive();
        assertThat(balancer.tally().failed()).isZero();
    }

    private static void fails(ClientUnderTest client) {
        assertThatThrownBy(() -> client.get(HTTPS))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("no TLS handshake within");
    }

    private static Setup within(Duration connectTimeout) {
        return new Setup(trust, false, connectTimeout, SOON, 8);
    }

    /** Where the pods were: sockets that accept and say nothing. */
    private void silent(LoopbackPods pods) throws IOException {
        for (LoopbackPod pod : pods) {
            pod.close();
            closing(new ServerSocket(pod.port(), 50, pod.address().getAddress()));
        }
    }
}
