package dev.onehop.http.okhttp;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A pod that speaks HTTP/2 with prior knowledge, and takes back its second exchange before it has begun on it. */
final class EndingHttp2Pod implements AutoCloseable {

    /** How. */
    enum Manner {
        REFUSED_STREAM,
        GOAWAY
    }

    private final Manner manner;
    private final AtomicInteger seen = new AtomicInteger();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;

    EndingHttp2Pod(Manner manner) {
        this.manner = manner;
        this.server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        Http2FrameCodec codec =
                                Http2FrameCodecBuilder.forServer().build();
                        accepted.pipeline().addLast(codec, new Answers(codec));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    EndpointSlice slice(ServiceKey service) {
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        return EndpointSlice.of(
                service,
                service.name() + "-ending",
                List.of(new SlicePort("http", Protocol.TCP, port)),
                List.of(Endpoint.builder("127.0.0.1")
                        .pod("ending", "uid-ending")
                        .build()));
    }

    @Override
    public void close() {
        server.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Answers extends SimpleChannelInboundHandler<Http2Frame> {

        private final Http2FrameCodec codec;

        Answers(Http2FrameCodec codec) {
            this.codec = codec;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2Frame frame) {
            if (!(frame instanceof Http2HeadersFrame request)) {
                return;
            }
            Http2FrameStream stream = request.stream();
            if (seen.incrementAndGet() != 2) {
                context.writeAndFlush(
                        new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), true).stream(stream));
            } else if (manner == Manner.REFUSED_STREAM) {
                context.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM).stream(stream));
            } else { // as if it had not seen the stream
                codec.goAway(context, 0, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context.newPromise());
                context.flush();
            }
        }
    }
}
