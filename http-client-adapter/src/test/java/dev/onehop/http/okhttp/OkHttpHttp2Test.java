package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.net.ProtocolException;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerResponse;

/** HTTP/2 with OkHttp: what all clients keep, and what is OkHttp's own. */
class OkHttpHttp2Test extends Http2Contract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return OkHttpUnderTest.open(onehop, setup);
    }

    /** Again on a fresh connection: {@code retryOnConnectionFailure}. */
    @Override
    protected int sendsOfWhatIsReset() {
        return 2;
    }

    @Test
    void f17_anExchangeThatItsPodLeavesOutOfAGoAwayEndsTheConnectionAndIsRepeated() throws Exception {
        var taken = new AtomicInteger();
        pod(
                "pod-1",
                null,
                (path, response) ->
                        taken.incrementAndGet() == 2 ? leftOut(response) : response.sendString(Mono.just("pod-1")));
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        Balancer balancer = balancer(onehop);

        for (int i = 0; i < 3; i++) {
            assertThat(client.get(URL + "/").version()).isEqualTo("HTTP/2");
        }

        assertThat(balancer.tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(1);
        assertThat(balancer.tally().failed()).isEqualTo(1);
        assertThat(balancer.tally().succeeded()).isEqualTo(3);
    }

    @Test
    void f18_aPostThatIsRefusedOnAConnectionJustMadeIsSentAgain() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();

        assertThat(client(onehop, http2(null))
                        .send("POST", URL + "/refused-once", "order")
                        .status())
                .isEqualTo(200);

        assertThat(asked("/refused-once")).isEqualTo(2);
        assertThat(balancer(onehop).tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(1);
        assertThat(balancer(onehop).tally().failed()).isEqualTo(1);
    }

    @Test
    void f18_whatIsRefusedAgainIsNotSentAThirdTimeAndFailsInOkHttpsWords() throws Exception {
        pod("pod-1", null);
        publish(null);
        ClientUnderTest client = client(onehop(), http2(null));
        client.get(URL + "/"); // OkHttp alone would try a pooled connection twice, and a new one

        assertThatThrownBy(() -> client.get(URL + "/refused"))
                .isNotInstanceOf(ProtocolException.class)
                .hasMessage("stream was reset: REFUSED_STREAM");

        assertThat(asked("/refused")).isEqualTo(2);
    }

    @Test
    void f18_nothingIsSentAgainThatCannotBeOrMustNot() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        OkHttpUnderTest client = closing(OkHttpUnderTest.open(onehop, http2(null)));
        OkHttpUnderTest patient = closing(new OkHttpUnderTest(
                OnehopOkHttp.on(OkHttpUnderTest.builder(http2(null)).retryOnConnectionFailure(false), onehop)
                        .build()));
        Request once =
                new Request.Builder().url(URL + "/refused").post(new OneShot()).build();

        assertThatThrownBy(() -> client.http().newCall(once).execute()).hasMessageContaining("REFUSED_STREAM");
        assertThat(asked("/refused")).isEqualTo(1);
        assertThatThrownBy(() -> patient.get(URL + "/refused-once")).hasMessageContaining("REFUSED_STREAM");
        assertThat(asked("/refused-once")).isEqualTo(1);
    }

    /** Says GOAWAY as if it had seen no stream of its connection. */
    private static Publisher<Void> leftOut(HttpServerResponse response) {
        ChannelHandlerContext codec = ((ChannelOperations<?, ?>) response)
                .channel()
                .parent()
                .pipeline()
                .context(Http2FrameCodec.class);
        return Mono.<Void>fromRunnable(() -> {
                    ((Http2FrameCodec) codec.handler())
                            .goAway(codec, 0, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, codec.newPromise());
                    codec.flush();
                })
                .then(Mono.never());
    }
}
