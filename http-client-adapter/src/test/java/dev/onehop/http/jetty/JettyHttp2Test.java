package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Tally;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** HTTP/2 with Jetty's client: what all clients keep, and what is Jetty's own. */
class JettyHttp2Test extends Http2Contract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(onehop, setup);
    }

    /** Jetty 12.1.14: the last one of a connection that has a GOAWAY, as the last but one ends. */
    @Override
    protected boolean endsStreamsAfterAGoAway() {
        return true;
    }

    @Test
    void whatThePodHasNotBegunIsNotHeldAgainstItAndCalmIsKept() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        Balancer balancer = balancer(onehop);

        assertThatThrownBy(() -> client.get(URL + "/refused")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.get(URL + "/calm")).isInstanceOf(IOException.class);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(2);
            assertThat(balancer.tally().failed(Signal.BUSY)).isEqualTo(1);
            assertThat(balancer.tally().inFlight()).isZero();
        });
        assertThat(running.get(0).seen())
                .as("the first of them was sent again, once")
                .hasSize(3);
    }

    @Test
    void f18_aRefusedRequestIsSentAgainWhateverItsMethodIfItsBodyCanBeGivenAgain() throws Exception {
        var refused = new AtomicInteger();
        pod("pod-1", null, new Http2Pod.Answers() {
            @Override
            public boolean refuses(String path) {
                return refused.getAndIncrement() % 2 == 0;
            }

            @Override
            public Publisher<Void> answer(String path, HttpServerResponse response) {
                return response.sendString(Mono.just(path));
            }
        });
        publish(null);
        Onehop onehop = onehop();
        HttpClient http = ((JettyClient) client(onehop, http2(null))).http();
        byte[] order = "order".getBytes(StandardCharsets.UTF_8);

        assertThat(posting(http, new BytesRequestContent(order)).send().getContentAsString())
                .isEqualTo("/a");
        var once = new AsyncRequestContent(ByteBuffer.wrap(order));
        once.close();
        assertThatThrownBy(() -> posting(http, once).send()).hasCauseInstanceOf(IOException.class);

        assertThat(running.get(0).seen()).hasSize(3);
        Tally tally = balancer(onehop).tally();
        await().atMost(SOON).until(() -> tally.inFlight() == 0);
        // where the second one's body is still being written, Jetty does not say that it was refused
        assertThat(tally.failed(Signal.CONNECTION_ENDS)).isBetween(1L, 2L);
        assertThat(tally.failed()).isEqualTo(tally.failed(Signal.CONNECTION_ENDS));
    }

    private static Request posting(HttpClient http, Request.Content body) {
        return http.newRequest(URL + "/a").method("POST").body(body);
    }

    @Test
    void f17_whatJettyItselfEndsAfterAGoAwayIsHeldAgainstNobody() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        HttpClient http = ((JettyClient) client(onehop, http2(null))).http();
        CompletableFuture<ContentResponse> slow = JettyFixture.future(http.newRequest(URL + "/slow"));
        await().atMost(SOON).until(() -> running.get(0).seen().size() == 1);

        assertThat(http.GET(URL + "/leave").getStatus()).isEqualTo(200);

        assertThatThrownBy(() -> slow.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedChannelException.class);
        endsWith(onehop, 1);
        JettyFixture.nothingWasLearnt(balancer(onehop));
    }

    @Test
    void f17_afterAGoAwayTheStreamUnderWayEndsAndTheNextTakesAnotherConnection() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));

        for (int i = 0; i < 3; i++) {
            assertThat(client.get(URL + "/leave").status()).isEqualTo(200);
        }

        assertThat(running.get(0).seen()).hasSize(3);
        endsWith(onehop, 3);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }

    @Test
    void aPodThatClosesInsteadOfSayingHttp2CostsNoRequest() throws Exception {
        pod("pod-1", null);
        var deaf = LoopbackPods.start(1); // HTTP/1.1 alone: hangs up on HTTP/2's preface
        closing(deaf);
        publish(null);
        discovery.set(
                LoopbackPods.service(),
                Stream.concat(Stream.of(running.get(0).slice(false)), Arrays.stream(LoopbackPods.slices(deaf.all())))
                        .toArray(EndpointSlice[]::new));
        Onehop onehop = onehop();

        for (int i = 0; i < 4; i++) {
            try (ClientUnderTest fresh = open(onehop, http2(null))) {
                assertThat(fresh.send("POST", URL + "/", "order").body()).isEqualTo("pod-1");
            }
        }
        assertThat(balancer(onehop).tally().failed(Signal.CONNECT_REFUSED)).isPositive();
    }

    @Test
    void theTransportOfHttp2AloneGoesToPodsToo(@TempDir Path folder) throws Exception {
        TestCertificate right = TestCertificate.of("api-service.shop", folder);
        TestCertificate other = TestCertificate.of("other-service.shop", folder);
        pod("pod-1", other);
        pod("pod-2", right);
        publish(null);
        Onehop onehop = onehop();

        for (int i = 0; i < 3; i++) {
            try (ClientUnderTest fresh =
                    JettyClient.ofHttp2Alone(onehop, http2(TestCertificate.trusting(right, other)))) {
                assertThat(fresh.get("https://api-service.shop:80/").body()).isEqualTo("pod-2");
                assertThat(fresh.get("https://api-service.shop:80/").version()).isEqualTo("HTTP/2");
            }
        }

        assertThat(running.get(0).seen()).isEmpty();
        endsWith(onehop, 6);
        assertThat(balancer(onehop).tally().failed(Signal.TLS_IDENTITY)).isPositive();
    }
}
