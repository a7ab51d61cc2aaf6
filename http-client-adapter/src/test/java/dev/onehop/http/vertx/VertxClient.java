package dev.onehop.http.vertx;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Vert.x's WebClient over Onehop, as the contracts drive it. */
record VertxClient(Vertx vertx, HttpClientAgent http, WebClient web, Setup setup) implements ClientUnderTest {

    static VertxClient over(Onehop onehop, Setup setup) {
        OnehopVertx pods = OnehopVertx.of(onehop);
        Vertx vertx = pods.on(builder()).build();
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) setup.connectTimeout().toMillis());
        SSLContext trust = setup.trust();
        if (trust != null) {
            options.setSslEngineOptions(new GivenTls(trust, true, setup.http2()));
        }
        if (setup.http2()) {
            options.setProtocolVersion(HttpVersion.HTTP_2)
                    .setUseAlpn(trust != null)
                    .setHttp2ClearTextUpgrade(false);
        }
        HttpClientAgent http = pods.on(vertx.httpClientBuilder())
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(setup.connections()))
                .build();
        return new VertxClient(
                vertx, http, WebClient.wrap(http, new WebClientOptions().setFollowRedirects(false)), setup);
    }

    /** A Vert.x that resolves names as the system does in these tests. */
    static VertxBuilder builder() {
        return Vertx.builder()
                .with(new VertxOptions()
                        .setEventLoopPoolSize(2)
                        .setAddressResolverOptions(
                                new AddressResolverOptions().setHostsPath("src/test/resources/hosts")));
    }

    /** The future's result, or its failure as it is if that is an {@code IOException}. */
    static <T> T got(Future<T> future) throws IOException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException own ? own : new IOException(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("no answer", e);
        }
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        HttpRequest<Buffer> request = web.requestAbs(HttpMethod.valueOf(method), url)
                .idleTimeout(setup.responseTimeout().toMillis());
        HttpResponse<Buffer> response = got(body == null ? request.send() : request.sendBuffer(Buffer.buffer(body)));
        return new Answer(
                response.statusCode(),
                response.version() == HttpVersion.HTTP_2 ? "HTTP/2" : "HTTP/1.1",
                response.bodyAsString() == null ? "" : response.bodyAsString());
    }

    @Override
    public void close() {
        try {
            got(vertx.close());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
