package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.URI;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client with a pool, made of a raw {@code Bootstrap} and {@link OnehopBootstrap}: what somebody with a protocol
 * of his own would write, for the contracts to drive.
 */
final class RawHttpClient implements ClientUnderTest {

    private static final int SOON_SECONDS = 30;

    private final EventLoopGroup loops = EventLoops.one();
    private final Map<String, Deque<Channel>> idle = new ConcurrentHashMap<>();
    private final Onehop onehop;
    private final Setup setup;

    private RawHttpClient(Onehop onehop, Setup setup) {
        this.onehop = onehop;
        this.setup = setup;
    }

    static RawHttpClient over(Onehop onehop, Setup setup) {
        return new RawHttpClient(onehop, setup);
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        URI uri = URI.create(url);
        boolean tls = uri.getScheme().equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        Deque<Channel> pool = idle.computeIfAbsent(uri.getHost() + ":" + port, key -> new ConcurrentLinkedDeque<>());
        for (int i = 0; ; i++) {
            Channel pooled = pool.pollFirst();
            Channel channel = pooled == null ? connect(uri.getHost(), port, tls) : pooled;
            HeldConnection held = channel.attr(OnehopBootstrap.HELD).get();
            Optional<Attempt> attempt = held == null ? Optional.empty() : held.begin();
            if (pooled != null && (!channel.isActive() || (held != null && attempt.isEmpty()))) {
                attempt.ifPresent(Attempt::close);
                channel.close();
                continue;
            }
            var exchange = new RawExchange(method, uri, body, attempt.orElse(null), pooled != null, pool);
            try {
                return answered(channel, exchange);
            } catch (RawExchange.Stale stale) {
                if (!method.equals("GET") || i == 3) {
                    throw stale;
                }
            }
        }
    }

    private Answer answered(Channel channel, RawExchange exchange) throws IOException {
        channel.eventLoop().execute(() -> exchange.begin(channel));
        try {
            return exchange.answer().get(setup.responseTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            exchange.giveUp(channel);
            throw new IOException(late);
        } catch (ExecutionException | InterruptedException failed) {
            throw failed.getCause() instanceof IOException own ? own : new IOException(failed);
        }
    }

    private Channel connect(String host, int port, boolean tls) throws IOException {
        var bootstrap = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        setup.connectTimeout().toMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls && setup.trust() != null) {
                            channel.pipeline().addLast(tls(setup.trust(), channel, host, port));
                        }
                        channel.pipeline().addLast(new HttpClientCodec());
                    }
                });
        Future<Channel> connecting = OnehopBootstrap.on(bootstrap, onehop).connect(host, port);
        if (!connecting.awaitUninterruptibly(SOON_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("neither connected nor failed within " + SOON_SECONDS + " s");
        }
        if (connecting.isSuccess()) {
            return connecting.getNow();
        }
        throw connecting.cause() instanceof IOException own ? own : new IOException(connecting.cause());
    }

    /** Checks names on Netty 4.1 too. */
    @SuppressWarnings("deprecation") // the one that takes a context of the JDK's
    static SslHandler tls(SSLContext trust, Channel channel, String host, int port) {
        var context = new JdkSslContext(
                trust,
                true,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                ClientAuth.NONE);
        SslHandler tls = context.newHandler(channel.alloc(), host, port);
        SSLParameters parameters = tls.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.engine().setSSLParameters(parameters);
        return tls;
    }

    @Override
    public void close() {
        EventLoops.end(loops);
        loops.terminationFuture().awaitUninterruptibly(SOON_SECONDS, TimeUnit.SECONDS);
    }
}
