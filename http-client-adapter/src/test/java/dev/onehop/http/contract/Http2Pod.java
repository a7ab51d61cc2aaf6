package dev.onehop.http.contract;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * A pod that speaks HTTP/2 (and HTTP/1.1), answers with its name, and remembers what it was asked by.
 *
 * <p>Shared: safe from any thread.
 */
public final class Http2Pod implements AutoCloseable {

    /** What the pod makes of a path. */
    @FunctionalInterface
    public interface Answers {

        /** Whether the pod takes no notice of it, body and all, and says so. */
        default boolean refuses(String path) {
            return false;
        }

        Publisher<Void> answer(String path, HttpServerResponse response);
    }

    private final String name;
    private final LoopResources loops;
    private final DisposableServer server;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger accepts = new AtomicInteger();
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private final Queue<String> names = new ConcurrentLinkedQueue<>();

    /** @param identity null for HTTP/2 without TLS */
    public Http2Pod(String name, @Nullable SSLContext identity, Answers answers) {
        this.name = name;
        this.loops = LoopResources.create(name, 1, true);
        HttpServer http = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(loops)
                .channelGroup(channels)
                .doOnChannelInit((observer, channel, remote) -> accepts.incrementAndGet())
                .handle((request, response) -> {
                    seen.add(request.version() + " " + request.requestHeaders().get("host") + " " + request.fullPath());
                    if (identity != null) {
                        names.add(sni(channel(response)));
                    }
                    if (answers.refuses(request.fullPath())) {
                        return reset(response, Http2Error.REFUSED_STREAM);
                    }
                    if (request.requestHeaders().contains("upgrade", "websocket", true)) {
                        return answers.answer(request.fullPath(), response); // what follows is no body
                    }
                    return request.receive()
                            .aggregate()
                            .asString()
                            .defaultIfEmpty("")
                            .flatMapMany(body -> {
                                bodies.add(body);
                                return answers.answer(request.fullPath(), response);
                            });
                });
        server = (identity == null
                        ? http.protocol(HttpProtocol.H2C, HttpProtocol.HTTP11)
                                .doOnChannelInit((observer, channel, remote) ->
                                        channel.pipeline().addFirst(new DeafAfterGoAway()))
                        : http.protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                                .secure(spec -> spec.sslContext(context(identity))))
                .bindNow(Duration.ofSeconds(10));
    }

    public Http2Pod(String name, @Nullable SSLContext identity) {
        this(name, identity, (path, response) -> response.sendString(Mono.just(name)));
    }

    /** Ends a stream without an answer. */
    public static Publisher<Void> reset(HttpServerResponse response, Http2Error code) {
        return Mono.fromRunnable(() -> channel(response).writeAndFlush(new DefaultHttp2ResetFrame(code)))
                .then(Mono.never());
    }

    /** The channel of its stream. */
    public static Channel channel(HttpServerResponse response) {
        return ((ChannelOperations<?, ?>) response).channel();
    }

    private static String sni(Channel channel) {
        Channel connection = channel instanceof Http2StreamChannel stream ? stream.parent() : channel;
        var session = (ExtendedSSLSession)
                connection.pipeline().get(SslHandler.class).engine().getSession();
        return session.getRequestedServerNames().toString();
    }

    @SuppressWarnings("deprecation") // the one that takes a context of the JDK's
    private static SslContext context(SSLContext identity) {
        return new JdkSslContext(
                identity,
                false,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2",
                        "http/1.1"),
                ClientAuth.NONE);
    }

    public String name() {
        return name;
    }

    /** Version, authority and path of every request. */
    public List<String> seen() {
        return List.copyOf(seen);
    }

    /** The body of every request that was not refused; empty for none. */
    public List<String> bodies() {
        return List.copyOf(bodies);
    }

    /** The names that were asked for in the handshake (SNI), of every request over TLS. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** How many connections are open. */
    public long connections() {
        return channels.stream()
                .filter(channel -> channel.parent() == server.channel())
                .count();
    }

    /** Resets every connection, with the streams on it. */
    public void resetConnections() {
        channels.stream()
                .filter(channel -> channel.parent() == server.channel())
                .forEach(channel -> {
                    channel.config().setOption(ChannelOption.SO_LINGER, 0);
                    var unused = channel.pipeline().firstContext().close(); // without waiting for streams
                });
    }

    /** How many connections were accepted. */
    public int accepts() {
        return accepts.get();
    }

    /** A slice with this pod alone, which has a port of its own. */
    public EndpointSlice slice(boolean terminating) {
        return slice(LoopbackPods.API, terminating);
    }

    /** The same, of another Service. */
    public EndpointSlice slice(ServiceKey service, boolean terminating) {
        return EndpointSlice.of(
                service,
                service.name() + "-" + name,
                List.of(new SlicePort("http", Protocol.TCP, server.port())),
                List.of(Endpoint.builder("127.0.0.1")
                        .conditions(!terminating, true, terminating)
                        .pod(name, "uid-" + name)
                        .build()));
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(5));
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(Duration.ofSeconds(5));
    }
}
