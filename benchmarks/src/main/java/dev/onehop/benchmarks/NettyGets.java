package dev.onehop.benchmarks;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.http.netty.OnehopBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.URI;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/**
 * The least that a client made of a {@code Bootstrap} is: GETs over kept channels on one event loop, each of them an
 * exchange that Onehop is told of, where the channel is one of its.
 */
final class NettyGets implements Supplier<CompletableFuture<byte[]>> {

    private static final int HTTP_PORT = 80;

    private final Deque<Channel> idle = new ConcurrentLinkedDeque<>();
    private final Supplier<Future<Channel>> connect;
    private final String host;

    private NettyGets(Optional<Onehop> onehop, URI url) {
        int port = url.getPort() < 0 ? HTTP_PORT : url.getPort();
        host = url.getAuthority();
        var bootstrap = new Bootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpClientCodec(),
                                        new HttpObjectAggregator(PodServer.BODY_BYTES),
                                        new Exchanges());
                    }
                });
        connect = onehop.map(over -> OnehopBootstrap.on(bootstrap, over))
                .<Supplier<Future<Channel>>>map(pods -> () -> pods.connect(url.getHost(), port))
                .orElse(() -> direct(bootstrap, url.getHost(), port));
    }

    static Supplier<CompletableFuture<byte[]>> of(Optional<Onehop> onehop, URI url) {
        return new NettyGets(onehop, url);
    }

    private static Future<Channel> direct(Bootstrap bootstrap, String host, int port) {
        var promise = bootstrap.config().group().next().<Channel>newPromise();
        var connecting = bootstrap.connect(host, port);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                promise.setSuccess(connecting.channel());
            } else {
                promise.setFailure(done.cause());
            }
        });
        return promise;
    }

    @Override
    public CompletableFuture<byte[]> get() {
        for (Channel channel = idle.pollFirst(); channel != null; channel = idle.pollFirst()) {
            HeldConnection held = channel.attr(OnehopBootstrap.HELD).get();
            Attempt attempt = held == null ? null : held.begin().orElse(null);
            if (held == null || attempt != null) {
                return sent(channel, attempt, new CompletableFuture<>());
            }
            channel.close();
        }
        var answer = new CompletableFuture<byte[]>();
        connect.get().addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                answer.completeExceptionally(done.cause());
                return;
            }
            HeldConnection held = done.getNow().attr(OnehopBootstrap.HELD).get();
            sent(done.getNow(), held == null ? null : held.begin().orElseThrow(), answer);
        });
        return answer;
    }

    private CompletableFuture<byte[]> sent(Channel channel, Attempt attempt, CompletableFuture<byte[]> answer) {
        var exchanges = channel.pipeline().get(Exchanges.class);
        if (channel.eventLoop().inEventLoop()) {
            exchanges.begin(channel, attempt, answer);
        } else {
            channel.eventLoop().execute(() -> exchanges.begin(channel, attempt, answer));
        }
        return answer;
    }

    /** Of one channel, one after the other. */
    private final class Exchanges extends SimpleChannelInboundHandler<FullHttpResponse> {
        private Attempt attempt;
        private CompletableFuture<byte[]> answer;

        void begin(Channel channel, Attempt begun, CompletableFuture<byte[]> toCome) {
            attempt = begun;
            answer = toCome;
            var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
            request.headers().set(HttpHeaderNames.HOST, host);
            channel.writeAndFlush(request, channel.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            byte[] body = ByteBufUtil.getBytes(response.content());
            if (attempt != null) {
                attempt.answered(response.status().code(), null);
            }
            idle.addFirst(context.channel());
            answer.complete(body);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ended(cause);
            context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended(new IOException("closed"));
        }

        private void ended(Throwable cause) {
            if (attempt != null) {
                attempt.failed(cause);
            }
            if (answer != null) {
                answer.completeExceptionally(cause);
            }
        }
    }
}
