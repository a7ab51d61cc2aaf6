package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Part of {@link HttpsContract}: what TLS has settled with one is not used with another (reliability S-10, S-27, S-28). */
@Tag("contract")
public abstract class TlsSessionsContract extends ContractFixture {

    static final String NAME = "api-service.shop";
    static final String HTTPS = "https://" + NAME + "/";
    static final String OTHER = "other-service";

    static TestCertificate right;
    static TestCertificate other;
    static TestCertificate address;
    static SSLContext trust;

    @BeforeAll
    static void certificates(@TempDir Path folder) throws Exception {
        right = TestCertificate.of(NAME, folder);
        other = TestCertificate.of(OTHER + ".shop", folder);
        address = TestCertificate.ofAddress("127.0.0.1", folder);
        trust = TestCertificate.trusting(right, other, address);
    }

    static Setup trusting() {
        return Setup.plain().trusting(trust);
    }

    @Test
    void s10_whatOneServiceHasShownIsNotTakenForAnothersOnTheSamePod() throws Exception {
        ScriptedTlsPod pod = closing(new ScriptedTlsPod(right.server()));
        service("api-service", pod);
        service(OTHER, pod);
        ClientUnderTest client = client(onehop(), trusting());
        assertThat(client.get(HTTPS).status()).isEqualTo(200);

        assertThatThrownBy(() -> client.get("https://" + OTHER + ".shop/")).isInstanceOf(IOException.class);

        assertThat(pod.executed()).isEqualTo(1);
    }

    @Test
    void s27_everyClientShowsItsOwnCertificateOnly() throws Exception {
        Queue<String> shown = new ConcurrentLinkedQueue<>();
        ScriptedTlsPod pod = closing(new ScriptedTlsPod(Identity.context(right, other, address)));
        pod.wantsCertificates();
        pod.doing((tls, plain) -> {
            shown.add(tls.getSession().getPeerPrincipal().getName());
            ScriptedTlsPod.answer(tls);
        });
        service("api-service", pod);
        Onehop onehop = onehop();
        ClientUnderTest one = client(onehop, Setup.plain().trusting(Identity.context(other, right)));
        ClientUnderTest another = client(onehop, Setup.plain().trusting(Identity.context(address, right)));

        for (ClientUnderTest each : List.of(one, another, one, another)) {
            assertThat(each.get(HTTPS).status()).isEqualTo(200);
        }

        assertThat(shown)
                .containsExactly("CN=other-service.shop", "CN=127.0.0.1", "CN=other-service.shop", "CN=127.0.0.1");
    }

    @Test
    void s28_noRequestIsSentInAHandshakeNotEvenWhereASessionIsResumed() throws Exception {
        ScriptedTlsPod pod = closing(new ScriptedTlsPod(right.server()));
        service("api-service", pod);
        Onehop onehop = onehop();
        for (int i = 0; i < 3; i++) {
            try (ClientUnderTest fresh = open(onehop, trusting())) {
                assertThat(fresh.get(HTTPS).status()).isEqualTo(200);
            }
        }

        await().atMost(SOON).until(() -> pod.hellos().size() >= 3);
        assertThat(pod.hellos())
                .allSatisfy(hello -> assertThat(hello.extensions())
                        .contains(ClientHello.SERVER_NAME)
                        .doesNotContain(ClientHello.EARLY_DATA));
        assertThat(pod.hellos())
                .as("a session is resumed")
                .anySatisfy(hello -> assertThat(hello.extensions()).contains(ClientHello.PRE_SHARED_KEY));
    }

    private void service(String name, ScriptedTlsPod pod) {
        service(
                name,
                EndpointSlice.of(
                        new ServiceKey(LoopbackPods.API.namespace(), name),
                        name + "-1",
                        List.of(new SlicePort("http", Protocol.TCP, pod.port())),
                        List.of(Endpoint.builder("127.0.0.1")
                                .conditions(true, true, false)
                                .pod(name + "-pod", "uid-" + name)
                                .build())));
    }

    /** The Service of this name has these behind its port 443. */
    final void service(String name, EndpointSlice... slices) {
        discovery.set(
                Service.builder(LoopbackPods.API.namespace(), name)
                        .clusterIps(List.of(name.equals(OTHER) ? "10.96.123.46" : "10.96.123.45"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("http", 443)
                        .build(),
                slices);
    }
}
