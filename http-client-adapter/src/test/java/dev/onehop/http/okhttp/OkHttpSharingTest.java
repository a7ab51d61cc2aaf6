package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.http.contract.Http2Pod;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

/** One connection of HTTP/2 carries many exchanges, and never those of two Services. */
class OkHttpSharingTest extends PodsFixture {

    private static final ServiceKey OTHER = new ServiceKey("shop", "other-service");

    @Test
    void manyExchangesAtOnceShareOneConnectionAndEachIsAnAttempt() throws Exception {
        Http2Pod pod = pod("pod-1", true);
        published(API, 443, pod.slice(API, false));
        OkHttpClient client = https();
        get(client, "https://api-service.shop/");

        List<Future<String>> slow = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            slow.add(callers.submit(() -> get(client, "https://api-service.shop/slow")));
        }
        await().atMost(SOON).until(() -> balancer(443).tally().inFlight() == 5);
        assertThat(balancer(443).connections()).isEqualTo(1);
        release();
        for (Future<String> each : slow) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo("HTTP_2 pod-1");
        }

        assertThat(pod.accepts()).isEqualTo(1);
        assertThat(pod.seen()).allSatisfy(seen -> assertThat(seen).contains(" api-service.shop /"));
        assertThat(balancer(443).tally().succeeded()).isEqualTo(6);
        assertThat(balancer(443).tally().inFlight()).isZero();
        client.connectionPool().evictAll();
        await().atMost(SOON).until(() -> balancer(443).connections() == 0 && pod.connections() == 0);
    }

    @Test
    void twoServicesNeverShareAConnectionThoughOneCertificateCoversBoth() throws Exception {
        Http2Pod api = pod("api-1", true);
        Http2Pod other = pod("other-1", true);
        published(API, 443, api.slice(API, false));
        published(OTHER, 443, other.slice(OTHER, false));
        OkHttpClient client = https();

        for (int i = 0; i < 3; i++) {
            assertThat(get(client, "https://api-service.shop/")).isEqualTo("HTTP_2 api-1");
            assertThat(get(client, "https://other-service.shop/")).isEqualTo("HTTP_2 other-1");
        }

        assertThat(api.accepts()).isEqualTo(1);
        assertThat(other.accepts()).isEqualTo(1);
    }

    @Test
    void priorKnowledgeWithoutTlsIsBalancedAndFailsOver() throws Exception {
        Http2Pod pod = pod("pod-1", false);
        published(API, 80, pod.slice(API, false), nobody());
        OkHttpClient client = https(it -> it.protocols(List.of(okhttp3.Protocol.H2_PRIOR_KNOWLEDGE)));

        for (int i = 0; i < 6; i++) {
            assertThat(get(client, "http://api-service.shop/")).isEqualTo("H2_PRIOR_KNOWLEDGE pod-1");
            client.connectionPool().evictAll();
        }

        assertThat(balancer(80).tally().succeeded()).isEqualTo(6);
        await().atMost(SOON).until(() -> balancer(80).connections() == 0);
    }

    @Test
    void f18_aRedirectsLaterHopThatIsRefusedRepeatsNoEarlierOne() throws Exception {
        Http2Pod api = closing(new Http2Pod(
                "api-1",
                null,
                (path, response) -> response.status(307)
                        .header("location", "http://other-service.shop/")
                        .send()));
        Http2Pod other = closing(
                new Http2Pod("other-1", null, (path, response) -> Http2Pod.reset(response, Http2Error.REFUSED_STREAM)));
        published(API, 80, api.slice(API, false));
        published(OTHER, 80, other.slice(OTHER, false));
        OkHttpClient client = https(it -> it.protocols(List.of(okhttp3.Protocol.H2_PRIOR_KNOWLEDGE)));

        assertThatThrownBy(() -> get(client, "http://api-service.shop/")).hasMessageContaining("REFUSED_STREAM");

        assertThat(api.seen()).hasSize(1);
        assertThat(other.seen()).hasSize(1);
    }

    /** A slice with a pod that nobody listens on. */
    private static EndpointSlice nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return EndpointSlice.of(
                    API,
                    "api-service-nobody",
                    List.of(new SlicePort("http", Protocol.TCP, socket.getLocalPort())),
                    List.of(Endpoint.builder("127.0.0.1")
                            .pod("nobody", "uid-nobody")
                            .build()));
        }
    }
}
