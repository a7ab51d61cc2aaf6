package dev.onehop.http.jdk;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A pod on 127.0.0.1 that answers each text with its name and the text, and does what it is told: {@code close}, {@code
 * reset}, {@code vanish}.
 *
 * <p>Shared: safe from any thread.
 */
final class WebSocketPod implements AutoCloseable {

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Queue<Opening> openings = new ConcurrentLinkedQueue<>();
    private final Channel listener;
    private volatile Duration delay = Duration.ZERO;

    /**
     * An opening handshake as it came.
     *
     * @param sni "" without TLS
     */
    record Opening(String target, String host, String own, String sni) {}

    /** @param tls null for none */
    WebSocketPod(String name, @Nullable SSLContext tls) throws InterruptedException {
        listener = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        slowed(channel);
                        if (tls != null) {
                            SSLEngine engine = tls.createSSLEngine();
                            engine.setUseClientMode(false);
                            channel.pipeline().addLast(new SslHandler(engine));
                        }
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(8192),
                                        new Noting(),
                                        new WebSocketServerProtocolHandler("/", "v2.orders", false, 8192, false, true),
                                        new Answering(name));
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .sync()
                .channel();
    }

    private void slowed(SocketChannel channel) {
        if (!delay.isZero()) {
            channel.config().setAutoRead(false);
            channel.eventLoop()
                    .schedule(() -> channel.config().setAutoRead(true), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private final class Noting extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            if (message instanceof HttpRequest request) {
                SslHandler tls = ctx.pipeline().get(SslHandler.class);
                openings.add(new Opening(
                        request.uri(),
                        request.headers().get("Host"),
                        String.valueOf(request.headers().get("X-Own")),
                        tls == null
                                ? ""
                                : String.valueOf(
                                        ((ExtendedSSLSession) tls.engine().getSession()).getRequestedServerNames())));
            }
            super.channelRead(ctx, message);
        }
    }

    private static final class Answering extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        private final String name;

        Answering(String name) {
            this.name = name;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
            switch (frame.text()) {
                case "close" -> ctx.writeAndFlush(new CloseWebSocketFrame(1000, "enough"));
                case "vanish" -> ctx.channel().unsafe().closeForcibly();
                case "reset" -> {
                    ((SocketChannel) ctx.channel()).config().setSoLinger(0);
                    ctx.channel().unsafe().closeForcibly();
                }
                default -> ctx.writeAndFlush(new TextWebSocketFrame(name + " " + frame.text()));
            }
        }
    }

    List<Opening> openings() {
        return List.copyOf(openings);
    }

    /** Takes up what new connections say only after {@code time}. */
    void slowBy(Duration time) {
        delay = time;
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
