package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.PromiseInternal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** What Onehop sends again for callers of Vert.x's client, and what it leaves to them. */
class VertxSentAgainTest extends ContractFixture {

    private final AtomicInteger asked = new AtomicInteger();

    /** What happens when a pod refuses a stream. */
    private final AtomicReference<Runnable> refusal = new AtomicReference<>(() -> {});

    @Override
    protected VertxClient open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    @Test
    void f15_aGetWhoseKeptConnectionIsClosedInPlaceOfAnAnswerIsSentAgainAsItWas() throws Exception {
        LoopbackPod pod = podThatClosesAt(2, 2);
        Onehop onehop = onehop();
        VertxClient client = client(onehop, false);
        client.get(URL + "/");

        HttpClientRequest request = VertxClient.got(client.http()
                .request(HttpMethod.GET, 80, "api-service.shop", "/first")
                .map(made -> made.setURI("/second").putHeader("X-Set", "a")));
        request.headers().add("X-Added", "b");
        Future<Void> ended = request.end();

        assertThat(VertxClient.got(request.response()).statusCode()).isEqualTo(200);
        VertxClient.got(ended);
        PodRequest last = pod.requests().get(2);
        assertThat(last.line()).isEqualTo("GET /second HTTP/1.1");
        assertThat(last.header("X-Set")).contains("a");
        assertThat(last.header("X-Added")).contains("b");
        Balancer balancer = balancer(onehop);
        await().dontCatchUncaughtExceptions() // the pod's own
                .atMost(SOON)
                .untilAsserted(() -> assertThat(balancer.tally().succeeded()).isEqualTo(2));
        assertThat(balancer.tally().failed(Signal.STALE_CONNECTION)).isEqualTo(1);
        assertThat(balancer.tally().failed()).isEqualTo(1);
    }

    @Test
    void nothingIsSentAThirdTime() throws Exception {
        podThatClosesAt(2, 9);
        VertxClient client = client(onehop(), false);
        client.get(URL + "/");

        assertThatThrownBy(() -> client.get(URL + "/")).isInstanceOf(IOException.class);

        assertThat(asked).hasValue(3);
    }

    @Test
    void f15_aPostIsItsCallersToRepeat() throws Exception {
        podThatClosesAt(2, 2);
        VertxClient client = client(onehop(), false);
        client.get(URL + "/");

        assertThatThrownBy(() -> client.send("POST", URL + "/", "order")).isInstanceOf(IOException.class);

        assertThat(asked).hasValue(2);
    }

    @Test
    void aRequestThatIsNotSentWholeIsItsCallersToRepeat() throws Exception {
        Http2Pod pod = refusing();
        VertxClient client = client(onehop(), true);
        HttpClientRequest request =
                VertxClient.got(client.http().request(HttpMethod.POST, 80, "api-service.shop", "/refused"));
        var first = request.setChunked(true).write("a part");
        var last = request.end("and the rest");

        assertThatThrownBy(() -> VertxClient.got(request.response())).isInstanceOf(IOException.class);
        await().atMost(SOON).until(() -> first.isComplete() && last.isComplete());

        assertThat(pod.seen()).hasSize(1);
    }

    @Test
    void f18_aBodyIsSentAgainAsItWasWhateverHasBecomeOfItsBuffer() throws Exception {
        Buffer body = Buffer.buffer("order");
        refusal.set(() -> body.setString(0, "other"));
        Http2Pod pod = refusing();
        VertxClient client = client(onehop(), true);

        HttpClientRequest request =
                VertxClient.got(client.http().request(HttpMethod.POST, 80, "api-service.shop", "/once"));
        HttpClientResponse response = VertxClient.got(request.send(body));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.request()).isNotSameAs(request);
        assertThat(request.connection()).isSameAs(response.request().connection());
        assertThat(pod.seen()).hasSize(2);
        assertThat(pod.bodies()).containsExactly("order");
    }

    @Test
    void aRequestThatItsCallerResetsIsNotSentAgain() throws Exception {
        Http2Pod pod = refusing();
        VertxClient client = client(onehop(), true);
        HttpClientRequest request =
                VertxClient.got(client.http().request(HttpMethod.GET, 80, "api-service.shop", "/refused"));
        var unused = request.reset();
        Future<HttpClientResponse> response = request.send();

        assertThatThrownBy(() -> VertxClient.got(response)).isInstanceOf(IOException.class);

        assertThat(pod.seen()).isEmpty();
    }

    @Test
    void aRedirectHandlerOfTheCallersOwnMayAskTheClientForItsRequest() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0)
                .answering(request -> request.path().equals("/next")
                        ? pods.get(0).echo(request)
                        : PodResponse.redirect(302, URL + "/next"));
        VertxClient client = client(onehop(), false);
        HttpClientRequest request = VertxClient.got(client.http()
                .request(new RequestOptions()
                        .setHost("api-service.shop")
                        .setPort(80)
                        .setFollowRedirects(true)));

        Future<HttpClientResponse> response = request.redirectHandler(
                        redirect -> client.http().request(HttpMethod.GET, 80, "api-service.shop", "/next"))
                .send();

        assertThat(VertxClient.got(response).statusCode()).isEqualTo(200);
    }

    /** Vert.x's gRPC client casts it, to know its context. */
    @Test
    void theFutureOfAResponseIsOfTheClassThatVertxsOwnModulesTakeItFor() throws Exception {
        pods(1);
        HttpClientRequest request =
                VertxClient.got(client(onehop(), false).http().request(HttpMethod.GET, 80, "api-service.shop", "/"));

        assertThat(((PromiseInternal<?>) request.response()).context()).isNotNull();
        assertThat(VertxClient.got(request.send()).statusCode()).isEqualTo(200);
    }

    /** Hangs up on requests in place of an answer. */
    private LoopbackPod podThatClosesAt(int from, int to) {
        LoopbackPod pod = pods(1).get(0);
        return pod.answering(request -> {
            int number = asked.incrementAndGet();
            if (number >= from && number <= to) {
                throw new IllegalStateException("closes the connection in place of an answer");
            }
            return pod.echo(request);
        });
    }

    /** Refuses {@code /refused}, and anything else once. */
    private Http2Pod refusing() {
        Http2Pod pod = closing(new Http2Pod("pod-1", null, new Http2Pod.Answers() {
            @Override
            public boolean refuses(String path) {
                refusal.get().run();
                return path.equals("/refused") || asked.incrementAndGet() == 1;
            }

            @Override
            public Publisher<Void> answer(String path, HttpServerResponse response) {
                return response.sendString(Mono.just("done"));
            }
        }));
        discovery.set(LoopbackPods.service(), pod.slice(false));
        return pod;
    }

    /** With a pool of one connection: the next request has to take that, though an answer may be here before it is given back. */
    private VertxClient client(Onehop onehop, boolean http2) {
        return closing(open(onehop, new Setup(null, http2, Duration.ofSeconds(3), Duration.ofSeconds(10), 1)));
    }
}
