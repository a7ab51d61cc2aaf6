package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Signal;
import dev.onehop.http.contract.ScriptedTlsPod;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientCertificateThatPodsRefuseIsNobodysFaultAndIsNotTriedElsewhere(String protocol) throws Exception {
        over(HttpClient.newBuilder()
                .sslContext(showing(clusterIp))
                .sslParameters(only(protocol))
                .build());
        // Alone it has all the time; a dial beside others has a second, and the first handshake may need more.
        serviceAt(8443, "api-service", refusing());
        assertThatThrownBy(() -> get(API + ":8443")).isInstanceOf(IOException.class);
        service("api-service", refusing(), refusing());

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> get(API)).isInstanceOf(IOException.class);
        }

        assertThat(balancer().tally().started()).isEqualTo(5);
        assertThat(balancer().tally().failed(Signal.TLS_CLIENT_REFUSED)).isEqualTo(5);
        assertThat(balancer().eligible().ejected()).isEmpty();
        assertThat(balancer().eligible().size()).isEqualTo(2);
    }

    /** The port of a pod that trusts nobody who comes; {@code HttpsServer} refuses without a word, before Java 25. */
    private int refusing() throws Exception {
        ScriptedTlsPod pod = closing(new ScriptedTlsPod(context(api, other)));
        pod.wantsCertificates();
        return pod.port();
    }

    /**
     * Somebody who shows this certificate whatever issuers the pod names. Of one who shows none, the JDK's server says in TLS
     * 1.2 what any broken handshake would (from 25 on, as RFC 5246 7.4.6 has it).
     */
    private static SSLContext showing(TestCertificate identity) throws Exception {
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(identity.keys(), "changeit".toCharArray());
        var own = (X509ExtendedKeyManager) factory.getKeyManagers()[0];
        var insisting = new X509ExtendedKeyManager() {
            @Override
            public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
                return own.chooseEngineClientAlias(types, null, engine);
            }

            @Override
            public String[] getClientAliases(String type, Principal[] issuers) {
                return own.getClientAliases(type, null);
            }

            @Override
            public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
                return own.chooseClientAlias(types, null, socket);
            }

            @Override
            public String[] getServerAliases(String type, Principal[] issuers) {
                return new String[0];
            }

            @Override
            public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
                return null;
            }

            @Override
            public X509Certificate[] getCertificateChain(String alias) {
                return own.getCertificateChain(alias);
            }

            @Override
            public PrivateKey getPrivateKey(String alias) {
                return own.getPrivateKey(alias);
            }
        };
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("api", api.keys().getCertificate("pod"));
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {insisting}, trusted.getTrustManagers(), null);
        return context;
    }

    /** A session of TLS 1.2 keeps its id when it is resumed, so that one can tell. */
    private static SSLParameters tls12() {
        return only("TLSv1.2");
    }

    private static SSLParameters only(String protocol) {
        SSLParameters parameters = trust.getDefaultSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        return parameters;
    }
}
