package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/** A raw {@code Bootstrap} on one event loop, and what its channels' handlers are told. */
abstract class BootstrapFixture extends ContractFixture {

    static final String NAME = "api-service.shop";

    final EventLoopGroup loops = EventLoops.one();
    Class<? extends Channel> transport = NioSocketChannel.class;
    final List<Channel> channels = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void endLoops() {
        EventLoops.end(loops);
    }

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return RawHttpClient.over(onehop, setup);
    }

    /** Pipelines get what {@code first} adds, and then a {@link Recorder}. */
    Bootstrap bootstrap(Consumer<Channel> first) {
        return new Bootstrap()
                .group(loops)
                .channel(transport)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3_000)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channels.add(channel);
                        first.accept(channel);
                        channel.pipeline().addLast(new Recorder(channels.size(), told));
                    }
                });
    }

    Bootstrap bootstrap(ChannelHandler... first) {
        return bootstrap(channel -> channel.pipeline().addLast(first));
    }

    Future<Channel> connecting(Onehop onehop) {
        return OnehopBootstrap.on(bootstrap(), onehop).connect(NAME, 80);
    }

    Channel connected(Onehop onehop) throws Exception {
        return soon(connecting(onehop));
    }

    static <T> T soon(Future<T> future) throws Exception {
        return future.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    static Throwable failure(Future<?> future) {
        assertThat(future.awaitUninterruptibly(SOON.toMillis())).isTrue();
        return future.cause();
    }

    static void say(Channel channel, String text) {
        channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    static void ask(Channel channel) {
        say(channel, "GET / HTTP/1.1\r\nHost: " + NAME + "\r\n\r\n");
    }

    static void nothingWasLearnt(Balancer balancer) {
        for (Signal each : Signal.values()) {
            assertThat(balancer.tally().failed(each)).as(each.name()).isZero();
        }
    }
}
