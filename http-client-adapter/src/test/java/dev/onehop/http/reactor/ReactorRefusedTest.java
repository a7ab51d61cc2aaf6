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
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServerResponse;

/** What is sent a second time when a pod says that it has done nothing, and above all what is not (reliability 3.1). */
class ReactorRefusedTest extends Http2Fixture {

    private final AtomicInteger asked = new AtomicInteger();

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }

    /** How a pod says so. */
    enum Manner {
        REFUSED_STREAM,
        GOAWAY
    }

    @ParameterizedTest
    @EnumSource
    void f18_aPostIsSentAgainWithItsWholeBody(Manner manner) throws Exception {
        Http2Pod pod = pod((path, response) ->
                asked.incrementAndGet() == 2 ? unprocessed(manner, Http2Error.NO_ERROR, response) : served(response));
        Onehop onehop = onehop();
        HttpClient http = http(onehop, UnaryOperator.identity());
        sent(http, HttpMethod.GET, "/");
        var subscribed = new AtomicInteger();

        String answer = http.post()
                .uri(URL + "/orders")
                .send(ByteBufMono.fromString(Mono.fromSupplier(() -> "order " + subscribed.incrementAndGet())))
                .responseContent()
                .aggregate()
                .asString()
                .block(SOON);

        assertThat(answer).isEqualTo("pod-1");
        assertThat(pod.bodies()).containsExactly("", "order 1", "order 2");
        endsWith(onehop, 2);
        isHeldAgainstNobody(balancer(onehop), 1);
    }

    @Test
    void f18_aBodyThatComesInPartsIsNotSentAgainAsItMayBeWhatIsLeftOfIt() throws Exception {
        Http2Pod pod = pod((path, response) -> unprocessed(Manner.REFUSED_STREAM, Http2Error.NO_ERROR, response));
        Onehop onehop = onehop();
        HttpClient http = http(onehop, UnaryOperator.identity());
        Flux<String> parts = Flux.just("or", "der");

        assertThatThrownBy(() -> http.post()
                .uri(URL + "/orders")
                .send(ByteBufFlux.fromString(parts))
                .responseContent()
                .aggregate()
                .block(SOON));

        assertThat(pod.bodies()).containsExactly("order");
        isHeldAgainstNobody(balancer(onehop), 1);
    }

    @Test
    void f18_aPostThatIsRedirectedToAStreamThatIsRefusedIsExecutedOnce() throws Exception {
        Http2Pod pod = pod((path, response) -> path.equals("/done")
                ? unprocessed(Manner.REFUSED_STREAM, Http2Error.NO_ERROR, response)
                : response.status(303).header("location", URL + "/done").send());
        Onehop onehop = onehop();
        HttpClient http = http(onehop, client -> client.followRedirect(true));

        assertThatThrownBy(() -> sent(http, HttpMethod.POST, "/orders"));

        assertThat(paths(pod)).containsExactly("/orders", "/done");
        isHeldAgainstNobody(balancer(onehop), 1);
    }

    @Test
    void f18_aRequestThatIsRefusedTwiceFails() throws Exception {
        Http2Pod pod = pod((path, response) -> unprocessed(Manner.REFUSED_STREAM, Http2Error.NO_ERROR, response));
        Onehop onehop = onehop();
        HttpClient http = http(onehop, UnaryOperator.identity());

        assertThatThrownBy(() -> sent(http, HttpMethod.GET, "/"));

        assertThat(pod.seen()).hasSize(2);
        isHeldAgainstNobody(balancer(onehop), 2);
    }

    @Test
    void f18_withRetriesDisabledNothingIsSentAgain() throws Exception {
        Http2Pod pod = pod((path, response) -> unprocessed(Manner.REFUSED_STREAM, Http2Error.NO_ERROR, response));
        Onehop onehop = onehop();
        HttpClient http = http(onehop, client -> client.disableRetry(true));

        assertThatThrownBy(() -> sent(http, HttpMethod.GET, "/"));

        assertThat(pod.seen()).hasSize(1);
        isHeldAgainstNobody(balancer(onehop), 1);
    }

    /** As Go's client does: the next connection would be told the same. */
    @Test
    void aConnectionsFirstRequestIsNotSentAgainWhereTheGoAwayNamesAnError() throws Exception {
        Http2Pod pod = pod((path, response) -> unprocessed(Manner.GOAWAY, Http2Error.INADEQUATE_SECURITY, response));
        Onehop onehop = onehop();
        HttpClient http = http(onehop, UnaryOperator.identity());

        assertThatThrownBy(() -> sent(http, HttpMethod.GET, "/"));

        assertThat(pod.seen()).hasSize(1);
        isHeldAgainstNobody(balancer(onehop), 1);
    }

    private Http2Pod pod(Http2Pod.Answers answers) {
        pod("pod-1", null, answers);
        publish(null);
        return running.get(0);
    }

    private static Publisher<Void> served(HttpServerResponse response) {
        return response.sendString(Mono.just("pod-1"));
    }

    private static Publisher<Void> unprocessed(Manner manner, Http2Error error, HttpServerResponse response) {
        if (manner == Manner.REFUSED_STREAM) {
            return Http2Pod.reset(response, Http2Error.REFUSED_STREAM);
        }
        return Mono.<Void>fromRunnable(() -> goAwayBefore(Http2Pod.channel(response), error))
                .then(Mono.never());
    }

    /** As if the pod had not seen the stream. */
    private static void goAwayBefore(Channel stream, Http2Error error) {
        Http2FrameCodec codec = stream.parent().pipeline().get(Http2FrameCodec.class);
        var ctx = stream.parent().pipeline().context(codec);
        int before = codec.connection().remote().lastStreamCreated() - 2;
        codec.goAway(ctx, Math.max(0, before), error.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
        ctx.flush();
    }

    private HttpClient http(Onehop onehop, UnaryOperator<HttpClient> more) {
        return closing(ReactorClient.over(onehop, http2(null), more)).http();
    }

    private static String sent(HttpClient http, HttpMethod method, String path) {
        return ReactorClient.sent(http, method, URL + path);
    }

    private static List<String> paths(Http2Pod pod) {
        return pod.seen().stream()
                .map(seen -> seen.substring(seen.lastIndexOf(' ') + 1))
                .toList();
    }

    private static void isHeldAgainstNobody(Balancer balancer, int refused) {
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().failed()).isEqualTo(refused);
        assertThat(balancer.tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(refused);
        assertThat(balancer.eligible().ejected()).isEmpty();
    }
}
