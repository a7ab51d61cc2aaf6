package dev.onehop.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Fixture;
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;

/** What is sent a second time over a connection that breaks, and above all what is not (reliability 3.1). */
class ReactorSentAgainTest extends Http2Fixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }

    @Test
    void f05_aPostThatIsRedirectedToAGetOnAStaleConnectionIsExecutedOnce() {
        LoopbackPod pod = pods(1).get(0);
        HttpClient http = oneConnection(onehop());
        sent(http, HttpMethod.GET, "/");
        pod.answering(request -> {
            pod.resetAfterRequest();
            return PodResponse.redirect(303, URL + "/done");
        });

        assertThatThrownBy(() -> sent(http, HttpMethod.POST, "/orders"));

        assertThat(lines(pod)).containsExactly("GET /", "POST /orders", "GET /done");
    }

    @Test
    void f05_aPostThatAnotherHostRedirectsHereIsExecutedOnce() throws Exception {
        LoopbackPod pod = pods(1).get(0);
        LoopbackPod foreign = clusterIp().answering(request -> PodResponse.redirect(303, URL + "/done"));
        HttpClient http = oneConnection(onehop());
        sent(http, HttpMethod.GET, "/");
        pod.resetAfterRequest();

        assertThatThrownBy(() ->
                ReactorClient.sent(http, HttpMethod.POST, "http://foreign.example:" + foreign.port() + "/orders"));

        assertThat(lines(foreign)).containsExactly("POST /orders");
    }

    @Test
    void f15_aGetThatIsRedirectedToAGetOnAStaleConnectionIsMadeAgain() {
        LoopbackPod pod = pods(1).get(0);
        HttpClient http = oneConnection(onehop());
        sent(http, HttpMethod.GET, "/");
        var done = new AtomicInteger();
        pod.answering(request -> {
            if (!request.path().equals("/done")) {
                return PodResponse.redirect(302, URL + "/done");
            }
            if (done.getAndIncrement() == 0) {
                throw new IllegalStateException("closes the connection in place of an answer");
            }
            return pod.echo(request);
        });

        assertThat(sent(http, HttpMethod.GET, "/orders")).isEqualTo("pod-1");

        assertThat(lines(pod)).containsExactly("GET /", "GET /orders", "GET /done", "GET /orders", "GET /done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", "HTTP/1.1 20", "H"})
    void whatHasHadAByteOfAResponseIsNotSentAgain(String begun) {
        LoopbackPod pod = pods(1).get(0);
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop);
        sent(http, HttpMethod.GET, "/");
        pod.answeringGarbage(begun);

        http.get()
                .uri(URL + "/orders")
                .response()
                .onErrorComplete()
                .block(SOON); // a bare 103 is a response to the client

        assertThat(lines(pod)).containsExactly("GET /", "GET /orders");
        Balancer balancer = balancer(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().failed(Signal.STALE_CONNECTION)).isZero();
    }

    @Test
    void streamsThatBreakTogetherAreResetsAndNoneIsSentAgain() throws Exception {
        Http2Pod pod = http2Pod();
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop, true);
        sent(http, HttpMethod.GET, "/");
        List<CompletableFuture<String>> streams = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            streams.add(got(http, "/slow"));
            int open = i;
            await().atMost(SOON).until(() -> pod.seen().size() == 1 + open);
        }

        pod.resetConnections();

        assertThat(streams)
                .allSatisfy(each -> assertThatThrownBy(() -> each.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class));
        Balancer balancer = balancer(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().failed(Signal.RESET)).isEqualTo(5);
        assertThat(balancer.tally().failed(Signal.STALE_CONNECTION)).isZero();
        assertThat(pod.seen()).hasSize(6);
    }

    @Test
    void aStreamWhoseNeighbourIsAnsweredIsNotSentAgain() throws Exception {
        Http2Pod pod = http2Pod();
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop, true);
        sent(http, HttpMethod.GET, "/");
        CompletableFuture<String> slow = got(http, "/slow");
        await().atMost(SOON).until(() -> pod.seen().size() == 2);
        sent(http, HttpMethod.GET, "/");

        pod.resetConnections();

        assertThatThrownBy(() -> slow.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(pod.seen()).hasSize(3);
        assertThat(balancer(onehop).tally().failed(Signal.RESET)).isEqualTo(1);
    }

    @Test
    void f15_aStreamAloneOnAConnectionThatWasIdleIsSentAgain() throws Exception {
        Http2Pod pod = http2Pod();
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop, true);
        sent(http, HttpMethod.GET, "/");
        CompletableFuture<String> slow = got(http, "/slow");
        await().atMost(SOON).until(() -> pod.seen().size() == 2);

        pod.resetConnections();

        await().atMost(SOON).until(() -> pod.seen().size() == 3);
        assertThat(slow).isNotDone();
        assertThat(balancer(onehop).tally().failed(Signal.STALE_CONNECTION)).isEqualTo(1);
        slow.cancel(true);
    }

    private Http2Pod http2Pod() throws Exception {
        pod("pod-1", null);
        publish(null);
        return running.get(0);
    }

    private HttpClient oneConnection(Onehop onehop) {
        return oneConnection(onehop, false);
    }

    private HttpClient oneConnection(Onehop onehop, boolean http2) {
        var setup = new Setup(null, http2, Duration.ofSeconds(3), SOON, 1);
        return closing(ReactorClient.over(onehop, setup, http -> http.followRedirect(true)))
                .http();
    }

    private static String sent(HttpClient http, HttpMethod method, String path) {
        return ReactorClient.sent(http, method, URL + path);
    }

    private static CompletableFuture<String> got(HttpClient http, String path) {
        return http.get()
                .uri(URL + path)
                .responseContent()
                .aggregate()
                .asString()
                .toFuture();
    }

    private static List<String> lines(LoopbackPod pod) {
        return pod.requests().stream().map(ReactorSentAgainTest::line).toList();
    }

    private static String line(PodRequest request) {
        return request.method() + " " + request.path();
    }
}
