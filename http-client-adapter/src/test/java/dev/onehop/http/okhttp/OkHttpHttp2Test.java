package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;
import dev.onehop.http.contract.Http2Pod;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.util.concurrent.atomic.AtomicInteger;
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
        running.add(closing(new Http2Pod("pod-1", null, (path, response) -> {
            return taken.incrementAndGet() == 2 ? leftOut(response) : response.sendString(Mono.just("pod-1"));
        })));
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
