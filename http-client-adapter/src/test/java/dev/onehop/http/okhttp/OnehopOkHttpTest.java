package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Onehop;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** What a builder had stays, and the client that it makes is over Onehop. */
class OnehopOkHttpTest extends PlainPodsFixture {

    @Test
    void whatTheBuilderHadIsKeptAndAsked() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        var made = new AtomicInteger();
        client(it -> it.dns(host -> {
                    asked.add("dns " + host);
                    return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 77, 1}));
                })
                .socketFactory(counting(made))
                .addInterceptor(chain -> {
                    asked.add("interceptor");
                    return chain.proceed(chain.request());
                })
                .addNetworkInterceptor(chain -> {
                    asked.add("network interceptor");
                    return chain.proceed(chain.request());
                })
                .eventListenerFactory(call -> new EventListener() {
                    @Override
                    public void callStart(Call started) {
                        asked.add("listener");
                    }
                }));

        assertThat(get(URL)).startsWith("pod-");
        assertThat(asked).containsExactly("listener", "interceptor", "network interceptor");
        assertThat(made).hasValue(1);

        try (LoopbackPod foreign = clusterIp()) {
            assertThat(get("http://foreign.example:" + foreign.port() + "/")).isEqualTo("cluster-ip");
            assertThat(asked).contains("dns foreign.example");
            assertThat(made).hasValue(2);
        }
    }

    @Test
    void aFallbackIsResolvedByTheBuildersOwnDns() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        try (LoopbackPod clusterIp = clusterIp();
                Onehop waitless = LoopbackPods.onehop(discovery)
                        .initialWait(Duration.ZERO)
                        .build()) {
            Dns own = host -> {
                asked.add(host);
                return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 77, 1}));
            };
            client = OnehopOkHttp.on(new OkHttpClient.Builder().dns(own), waitless)
                    .build();

            assertThat(get("http://api-service.shop:" + clusterIp.port() + "/")).isEqualTo("cluster-ip");
            assertThat(asked).containsExactly("api-service.shop");
        }
    }

    @Test
    void aBuilderGoesOverOneOnehopOnly() {
        OkHttpClient.Builder builder = client.newBuilder();

        assertThatThrownBy(() -> OnehopOkHttp.on(builder, onehop)).hasMessageContaining("is over an Onehop");
    }

    @Test
    void clientsMadeOfItShareItsConnections() throws Exception {
        get(URL);
        OkHttpClient derived =
                client.newBuilder().readTimeout(Duration.ofSeconds(3)).build();
        try (Response response =
                derived.newCall(new Request.Builder().url(URL).build()).execute()) {
            assertThat(response.body().string()).startsWith("pod-");
        }

        assertThat(pods.accepts()).isEqualTo(1);
    }

    @Test
    void theClusterIpInAUrlGoesToAPod() throws Exception {
        get(URL); // a ClusterIP is ours once its Service is in use

        assertThat(get("http://10.96.123.45/")).startsWith("pod-");
    }

    @Test
    void s11_aClientWithAProxyGoesThroughIt() throws Exception {
        try (LoopbackPod proxy = clusterIp()) {
            client(it -> it.proxy(
                    new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("foreign.example", proxy.port()))));

            assertThat(get(URL)).isEqualTo("cluster-ip");
            assertThat(proxy.request().target()).isEqualTo(URL);
            assertThat(pods.accepts()).isZero();
        }
    }

    private static SocketFactory counting(AtomicInteger made) {
        return new SocketFactory() {
            @Override
            public Socket createSocket() {
                made.incrementAndGet();
                return new Socket();
            }

            @Override
            public Socket createSocket(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
