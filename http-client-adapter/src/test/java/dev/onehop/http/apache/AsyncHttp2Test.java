package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 over the asynchronous client: identity, draining, GOAWAY. */
class AsyncHttp2Test extends ContractFixture {

    private static final String HTTPS = "https://api-service.shop/";

    private static TestCertificate right;
    private static TestCertificate address;
    private static SSLContext trust;

    @BeforeAll
    static void certificates(@TempDir Path folder) throws Exception {
        right = TestCertificate.of("api-service.shop", folder);
        address = TestCertificate.ofAddress("127.0.0.1", folder);
        trust = TestCertificate.trusting(right, address);
    }

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return AsyncClient.over(onehop, setup);
    }

    @Test
    void s07_http2KeepsAuthoritySniAndTheNameThatIsCheckedOnTheService() throws Exception {
        H2Pod wrong = h2Pod("pod-1", address);
        H2Pod pod = h2Pod("pod-2", right);
        service(wrong.slice(false), pod.slice(false));
        Onehop onehop = onehop();
        try (AsyncClient client = AsyncClient.over(onehop, http2())) {
            for (int i = 0; i < 3; i++) {
                await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(client::isIdle);
                Answer answer = client.send("POST", HTTPS, "order " + i);
                assertThat(answer.body()).isEqualTo("pod-2");
                assertThat(answer.version()).isEqualTo("HTTP/2");
            }
            assertThat(balancer443(onehop).connections()).isEqualTo(1);
        }

        assertThat(wrong.seen()).isEmpty();
        assertThat(pod.seen())
                .hasSize(3)
                .allSatisfy(seen -> assertThat(seen)
                        .startsWith("HTTP/2.0 ")
                        .contains("type=host_name (0), value=api-service.shop")
                        .endsWith("] api-service.shop"));
        assertThat(balancer443(onehop).tally().succeeded()).isEqualTo(3);
    }

    @Test
    void anIdleHttp2ConnectionToALeavingPodIsClosedAndTheNextRequestGoesElsewhere() throws Exception {
        H2Pod leaving = h2Pod("pod-1", right);
        service(leaving.slice(false));
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2());
        client.get(HTTPS);
        assertThat(leaving.connections()).isEqualTo(1);

        H2Pod staying = h2Pod("pod-2", right);
        long began = System.nanoTime();
        service(leaving.slice(true), staying.slice(false));
        await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> leaving.connections() == 0);
        System.out.printf("drained async over HTTP/2: %.1f ms%n", (System.nanoTime() - began) / 1e6);

        for (int i = 0; i < 3; i++) {
            assertThat(client.send("POST", HTTPS, "order").body()).isEqualTo("pod-2");
        }
        assertThat(balancer443(onehop).tally().retirements(Retirement.LEFT)).isEqualTo(1);
    }

    @Test
    void f17_podsThatSayGoAwayFailNoGetAndEjectNobody() throws Exception {
        H2Pod[] pods = {h2Pod("pod-1", right), h2Pod("pod-2", right)};
        service(Stream.of(pods).map(pod -> pod.slice(false)).toArray(EndpointSlice[]::new));
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2());
        for (int i = 0; i < 4; i++) {
            assertThat(client.get(HTTPS).status()).isEqualTo(200);
            Stream.of(pods).forEach(H2Pod::goAway);
        }

        assertThat(balancer443(onehop).eligible().ejected()).isEmpty();
        assertThat(balancer443(onehop).tally().failed(Signal.RESET)).isZero();
    }

    @Test
    void s08_overHttp2ACertificateForThePodsAddressAloneIsRefused() throws Exception {
        H2Pod pod = h2Pod("pod-1", address);
        service(pod.slice(false));

        assertThatThrownBy(() -> client(onehop(), http2()).get(HTTPS)).isInstanceOf(IOException.class);

        assertThat(pod.seen()).isEmpty();
    }

    private H2Pod h2Pod(String name, TestCertificate identity) throws Exception {
        return closing(new H2Pod(name, identity.server()));
    }

    private static Setup http2() {
        return new Setup(trust, true, Duration.ofSeconds(3), Duration.ofSeconds(10), 64);
    }

    private void service(EndpointSlice... slices) {
        discovery.set(Services.on(443), slices);
    }

    private static Balancer balancer443(Onehop onehop) {
        return onehop.forHost("api-service.shop", 443).orElseThrow();
    }
}
