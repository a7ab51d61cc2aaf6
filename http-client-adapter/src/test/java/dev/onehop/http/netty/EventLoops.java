package dev.onehop.http.netty;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.util.concurrent.TimeUnit;

/** An event loop that Netty 4.1 has as well, so that these tests, as compiled, run on both. */
final class EventLoops {

    private EventLoops() {}

    @SuppressWarnings("deprecation")
    static EventLoopGroup one() {
        return new NioEventLoopGroup(1);
    }

    static void end(EventLoopGroup loops) {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
