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
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** What is sent a second time over a connection that breaks, and above all what is not (reliability 3.1). */
class ReactorSentAgainTest extends ContractFixture {

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

        assertThatThrownBy(() -> http.request(HttpMethod.POST)
                .uri("http://foreign.example:" + foreign.port() + "/orders")
                .responseContent()
                .aggregate()
                .asString()
                .block(SOON));

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
    void streamsThatBreakTogetherAreResetsAndNoneIsSentAgain() {
        Http2Pod pod = http2Pod();
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop).protocol(HttpProtocol.H2C);
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
    void aStreamWhoseNeighbourIsAnsweredIsNotSentAgain() {
        Http2Pod pod = http2Pod();
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop).protocol(HttpProtocol.H2C);
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
    void f15_aStreamAloneOnAConnectionThatWasIdleIsSentAgain() {
        Http2Pod pod = http2Pod();
        Onehop onehop = onehop();
        HttpClient http = oneConnection(onehop).protocol(HttpProtocol.H2C);
        sent(http, HttpMethod.GET, "/");
        CompletableFuture<String> slow = got(http, "/slow");
        await().atMost(SOON).until(() -> pod.seen().size() == 2);

        pod.resetConnections();

        await().atMost(SOON).until(() -> pod.seen().size() == 3);
        assertThat(slow).isNotDone();
        assertThat(balancer(onehop).tally().failed(Signal.STALE_CONNECTION)).isEqualTo(1);
        slow.cancel(true);
    }

    private Http2Pod http2Pod() {
        Http2Pod pod = closing(new Http2Pod(
                "pod-1",
                null,
                (path, response) ->
                        path.equals("/slow") ? Flux.<Void>never() : response.sendString(Mono.just("pod-1"))));
        discovery.set(LoopbackPods.service(), new EndpointSlice[] {pod.slice(false)});
        return pod;
    }

    private HttpClient oneConnection(Onehop onehop) {
        ConnectionProvider pool = ConnectionProvider.create("one", 1);
        closing(() -> pool.disposeLater().block(SOON));
        return OnehopReactor.on(
                HttpClient.create(pool)
                        .resolver(DefaultAddressResolverGroup.INSTANCE)
                        .followRedirect(true),
                onehop);
    }

    private static String sent(HttpClient http, HttpMethod method, String path) {
        return String.valueOf(http.request(method)
                .uri(URL + path)
                .responseContent()
                .aggregate()
                .asString()
                .block(SOON));
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
