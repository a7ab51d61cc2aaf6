package dev.onehop.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Three pods for {@link AdapterSpeed}, in a process of their own on one thread: {@link #ADDRESSES}, all on one port,
 * which is printed. Each answers every request at once with {@link #BODY_BYTES} bytes, the last of which is its number from
 * 0 on, and never closes a connection.
 */
public final class PodServer {

    static final List<String> ADDRESSES = List.of("127.0.1.1", "127.0.1.2", "127.0.1.3");
    static final int BODY_BYTES = 128;

    private PodServer() {}

    public static void main(String[] none) throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        int port = 0;
        for (int pod = 0; pod < ADDRESSES.size(); pod++) {
            port = listen(loop, pod, port);
        }
        System.out.println(port);
    }

    private static int listen(EventLoopGroup loop, int pod, int port) throws InterruptedException {
        var answers = new Answers(pod);
        Channel channel = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(new HttpServerCodec(), answers);
                    }
                })
                .bind(ADDRESSES.get(pod), port)
                .sync()
                .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Sharable
    private static final class Answers extends SimpleChannelInboundHandler<LastHttpContent> {
        private final ByteBuf body;

        Answers(int pod) {
            this.body = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(BODY_BYTES).writeZero(BODY_BYTES - 1).writeByte(pod));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, LastHttpContent end) {
            var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body.duplicate());
            answer.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream")
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, BODY_BYTES);
            context.write(answer, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }
}
