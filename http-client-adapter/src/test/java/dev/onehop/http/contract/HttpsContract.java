package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS keeps the Service's identity, whatever pod is dialled (reliability S-07, S-08, F-19 to F-21). */
@Tag("contract")
public abstract class HttpsContract extends TlsSessionsContract {

    @Test
    void s07_sniHostAndTheNameThatIsCheckedAreTheServices() throws Exception {
        HttpsPod pod = pod("pod-1", right);
        service("api-service", pod.slice());

        assertThat(client(onehop(), trusting()).get(HTTPS).body()).isEqualTo("pod-1");

        assertThat(pod.seen())
                .hasSize(1)
                .allSatisfy(seen -> assertThat(seen).contains(NAME).doesNotContain("127.0.0.1"));
        assertThat(pod.seen().get(0)).endsWith("] " + NAME);
    }

    @Test
    void s08_aCertificateForThePodsAddressAloneIsRefused() throws Exception {
        HttpsPod pod = pod("pod-1", address);
        service("api-service", pod.slice());

        assertThatThrownBy(() -> client(onehop(), trusting()).get(HTTPS)).isInstanceOf(IOException.class);

        assertThat(pod.seen()).isEmpty();
    }

    @Test
    void f19_aPodWithAnotherServicesCertificateServesNobodyAndIsSetAside() throws Exception {
        HttpsPod wrong = pod("pod-1", other);
        List<HttpsPod> good = List.of(pod("pod-2", right), pod("pod-3", right), pod("pod-4", right));
        service(
                "api-service",
                Stream.concat(Stream.of(wrong), good.stream())
                        .map(HttpsPod::slice)
                        .toArray(EndpointSlice[]::new));
        Onehop onehop = onehop();
        Balancer balancer = balancer443(onehop);

        for (int i = 0; i < 8; i++) {
            try (ClientUnderTest fresh = open(onehop, trusting())) {
                assertThat(fresh.send("POST", HTTPS, "order").status()).isEqualTo(200);
            }
        }

        assertThat(wrong.seen()).isEmpty();
        await().atMost(SOON).until(() -> balancer.tally().quarantined().size() == 1);
        assertThat(balancer.tally().failed(Signal.TLS_IDENTITY)).isEqualTo(1);
    }

    @Test
    void f20_aClientThatTrustsNoneOfThemIsToldSoAndNobodyIsSetAside() throws Exception {
        HttpsPod[] pods = {pod("pod-1", right), pod("pod-2", right), pod("pod-3", right), pod("pod-4", right)};
        service("api-service", Stream.of(pods).map(HttpsPod::slice).toArray(EndpointSlice[]::new));
        Onehop onehop = onehop();
        Balancer balancer = balancer443(onehop);
        ClientUnderTest client = client(onehop, Setup.plain().trusting(TestCertificate.trusting(other)));

        for (int i = 0; i < 8; i++) {
            assertThatThrownBy(() -> client.get(HTTPS)).isInstanceOf(IOException.class);
        }

        assertThat(balancer.tally().quarantined()).isEmpty();
        assertThat(balancer.eligible().ejected()).isEmpty();
        assertThat(balancer.eligible().size()).isEqualTo(4);
    }

    @Test
    void f21_aPodWhoseHandshakeStallsCostsTimeButNoRequest() throws Exception {
        var silent = closing(new SilentPod(SilentPod.Manner.KEEP));
        HttpsPod good = pod("pod-2", right);
        service("api-service", HttpsPod.slice("pod-1", silent.port()), good.slice());
        Onehop onehop = onehop();

        for (int i = 0; i < 3; i++) {
            try (ClientUnderTest fresh = open(onehop, trusting())) {
                Duration took = timed(() ->
                        assertThat(fresh.send("POST", HTTPS, "order").body()).isEqualTo("pod-2"));
                System.out.printf("F-21 %s: %d ms%n", getClass().getSimpleName(), took.toMillis());
                assertThat(took).isLessThanOrEqualTo(trusting().connectTimeout().plus(SLACK));
            }
        }

        assertThat(silent.accepts()).isBetween(1, 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"HANG_UP", "RESET"})
    void aPodThatEndsTheHandshakeCostsNoRequest(SilentPod.Manner manner) throws Exception {
        var broken = closing(new SilentPod(manner));
        HttpsPod good = pod("pod-2", right);
        service("api-service", HttpsPod.slice("pod-1", broken.port()), good.slice());
        Onehop onehop = onehop();

        for (int i = 0; i < 3; i++) {
            try (ClientUnderTest fresh = open(onehop, trusting())) {
                assertThat(fresh.send("POST", HTTPS, "order").body()).isEqualTo("pod-2");
            }
        }

        assertThat(broken.accepts()).isPositive();
        assertThat(balancer443(onehop).tally().failed(Signal.TLS_HANDSHAKE)).isPositive();
    }

    private HttpsPod pod(String name, TestCertificate identity) throws Exception {
        return closing(new HttpsPod(name, identity.server()));
    }

    private static Balancer balancer443(Onehop onehop) {
        return onehop.forHost(NAME, 443).orElseThrow();
    }
}
