package dev.onehop.http.reactor;

import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;

/** HTTP/2 with Reactor Netty's client. */
class ReactorHttp2Test extends Http2Contract {

    private final Queue<Channel> opened = new ConcurrentLinkedQueue<>();

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(
                onehop, setup, http -> http.doOnChannelInit((observer, channel, remote) -> opened.add(channel)));
    }

    /** Its event loop is told after whoever asks for the tally, and has the connection believe in a GOAWAY. */
    @Override
    protected void awaitTold() {
        await().atMost(SOON).until(() -> {
            for (Channel each : opened) {
                if (takesNoStreams(each)) {
                    return true;
                }
            }
            return false;
        });
    }

    private static boolean takesNoStreams(Channel channel) throws InterruptedException, ExecutionException {
        return channel.eventLoop()
                .submit(() -> {
                    Http2FrameCodec codec = channel.pipeline().get(Http2FrameCodec.class);
                    return codec != null && codec.connection().goAwayReceived();
                })
                .get();
    }
}
