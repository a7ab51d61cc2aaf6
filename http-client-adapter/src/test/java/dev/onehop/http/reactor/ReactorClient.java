package dev.onehop.http.reactor;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.Connection;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's client over Onehop, as the contracts drive it. */
record ReactorClient(HttpClient http, ConnectionProvider pool) implements ClientUnderTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    static ReactorClient over(Onehop onehop, Setup setup) {
        return over(onehop, setup, UnaryOperator.identity());
    }

    /** @param more of what the client is set to do before it goes over Onehop */
    static ReactorClient over(Onehop onehop, Setup setup, UnaryOperator<HttpClient> more) {
        ConnectionProvider pool = ConnectionProvider.create("test", setup.connections());
        HttpClient http = HttpClient.create(pool)
                .resolver(DefaultAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        setup.connectTimeout().toMillis())
                .responseTimeout(setup.responseTimeout());
        SSLContext trust = setup.trust();
        if (trust != null) {
            http = http.secure(spec -> spec.sslContext(trusting(trust, setup.http2())));
        }
        if (setup.http2()) {
            http = trust == null
                    ? http.protocol(HttpProtocol.H2C)
                    : http.protocol(HttpProtocol.H2, HttpProtocol.HTTP11);
        }
        return new ReactorClient(OnehopReactor.on(more.apply(http), onehop), pool);
    }

    @SuppressWarnings("deprecation") // the one that takes a context of the JDK's
    private static JdkSslContext trusting(SSLContext trust, boolean http2) {
        ApplicationProtocolConfig protocols = http2
                ? new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2",
                        "http/1.1")
                : ApplicationProtocolConfig.DISABLED;
        return new JdkSslContext(trust, true, null, IdentityCipherSuiteFilter.INSTANCE, protocols, ClientAuth.NONE);
    }

    /** The body of what {@code http} gets, in the client's own words. */
    static String sent(HttpClient http, HttpMethod method, String url) {
        return String.valueOf(http.request(method)
                .uri(url)
                .responseContent()
                .aggregate()
                .asString()
                .block(SOON));
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        try {
            Answer answer = http.request(HttpMethod.valueOf(method))
                    .uri(url)
                    .send(body == null ? Mono.empty() : ByteBufMono.fromString(Mono.just(body)))
                    .responseConnection((response, connection) -> connection
                            .inbound()
                            .receive()
                            .aggregate()
                            .asString()
                            .defaultIfEmpty("")
                            .map(text -> new Answer(
                                    response.status().code(),
                                    response.version().majorVersion() == 2 ? "HTTP/2" : "HTTP/1.1",
                                    text))
                            .flatMap(read -> givenBack(connection, read)))
                    .single()
                    .block(SOON);
            if (answer == null) {
                throw new IOException("no answer");
            }
            return answer;
        } catch (RuntimeException e) {
            Throwable cause = Exceptions.unwrap(e);
            throw cause instanceof IOException own ? own : new IOException(cause);
        }
    }

    /** The connection is back in its pool when its event loop has done what the end of the response has it do. */
    private static <T> Mono<T> givenBack(Connection connection, T answer) {
        return Mono.create(sink -> connection.channel().eventLoop().execute(() -> sink.success(answer)));
    }

    @Override
    public void close() {
        pool.disposeLater().block(SOON);
    }
}
