package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Signal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Who a pod and a caller are to each other, and that nobody is taken for somebody else (S-07, S-08, S-10, S-27). */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class HttpsIdentityTest extends HttpsFixture {

    @Test
    void s10_aSessionOfOneServiceIsNotResumedWithAnotherThatHasTakenOverItsAddress() throws Exception {
        SSLContext identity = api.server(); // the same keys and session cache, so that the server would resume
        var before = new TlsPod("pod-1", identity, 0, false);
        int port = before.port();
        service("api-service", port);
        over(client().sslParameters(tls12()).build());
        assertThat(get(API).body()).isEqualTo("pod-1");
        before.close();

        TlsPod recycled = closing(new TlsPod("stranger", identity, port, false));
        service("api-service");
        service("other-service", port);
        await().atMost(SOON).until(() -> balancer().eligible().size() == 0);

        assertThatThrownBy(() -> get(OTHER)).isInstanceOf(IOException.class); // it can only show that it is api-service
        assertThat(recycled.seen()).isEmpty();
        assertThat(onehop.balancer("other-service.shop:443").tally().failed(Signal.TLS_IDENTITY))
                .isEqualTo(1);
    }

    @Test
    void s10_aSessionIsResumedWithTheSameService() throws Exception {
        SSLContext identity = api.server();
        var before = new TlsPod("pod-1", identity, 0, false);
        int port = before.port();
        service("api-service", port);
        over(client().sslParameters(tls12()).build());
        byte[] first = get(API).sslSession().orElseThrow().getId();
        before.close();

        closing(new TlsPod("pod-1", identity, port, false));

        assertThat(Arrays.equals(get(API).sslSession().orElseThrow().getId(), first))
                .isTrue();
    }

    @Test
    void s10_aConnectionThatShowedOneServicesCertificateIsNotUsedForAnotherOnTheSamePod() throws Exception {
        TlsPod pod = pod("pod-1", api);
        service("api-service", pod.port());
        service("other-service", pod.port());
        assertThat(get(API).body()).isEqualTo("pod-1");

        assertThatThrownBy(() -> get(OTHER)).isInstanceOf(IOException.class);

        assertThat(pod.seen()).hasSize(1);
    }

    @Test
    void s27_everyCallerShowsItsOwnCertificateOnly() throws Exception {
        TlsPod pod = closing(new TlsPod("pod-1", context(api, other, clusterIp), 0, true));
        service("api-service", pod.port());
        OnehopHttpClient one =
                over(HttpClient.newBuilder().sslContext(context(other, api)).build());
        get(API);
        over(HttpClient.newBuilder().sslContext(context(clusterIp, api)).build());
        get(API);
        http = one;
        get(API);

        assertThat(pod.seen())
                .extracting(TlsPod.Seen::client)
                .containsExactly("CN=other-service.shop", "CN=" + CLUSTER_IP, "CN=other-service.shop");
    }

    @Test
    void aClientCertificateThatPodsRefuseIsNobodysFaultAndIsNotTriedElsewhere() throws Exception {
        service("api-service", refusing(context(api, other)), refusing(context(api, other)));

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> get(API)).isInstanceOf(IOException.class);
        }

        assertThat(balancer().tally().started()).isEqualTo(5);
        assertThat(balancer().tally().failed(Signal.TLS_CLIENT_REFUSED)).isEqualTo(5);
        assertThat(balancer().eligible().ejected()).isEmpty();
        assertThat(balancer().eligible().size()).isEqualTo(2);
    }

    /** The port of a pod that refuses everybody; the JDK's own server does so without a word, before Java 25. */
    private int refusing(SSLContext identity) throws IOException {
        var server = closing((SSLServerSocket) identity.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})));
        server.setNeedClientAuth(true);
        var acceptor = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read();
                } catch (IOException refused) {
                    // as it should
                }
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();
        return server.getLocalPort();
    }

    /** A session of TLS 1.2 keeps its id when it is resumed, so that one can tell. */
    private static SSLParameters tls12() {
        SSLParameters parameters = trust.getDefaultSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.2"});
        return parameters;
    }
}
