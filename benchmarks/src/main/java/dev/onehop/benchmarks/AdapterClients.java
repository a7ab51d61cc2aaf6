package dev.onehop.benchmarks;

import dev.onehop.Onehop;
import dev.onehop.http.apache.OnehopAsyncConnectionManager;
import dev.onehop.http.apache.OnehopConnectionManager;
import dev.onehop.http.jdk.OnehopHttpClient;
import dev.onehop.http.jetty.OnehopJetty;
import dev.onehop.http.okhttp.OnehopOkHttp;
import dev.onehop.http.reactor.OnehopReactor;
import dev.onehop.http.vertx.OnehopVertx;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;

/**
 * The clients that {@link AdapterSpeed} measures: each with the same settings over an Onehop and without. HTTP/1.1, and
 * room for every caller's connection where a client's default has none; else defaults. What a client lets be used again is
 * made once, so that as little as possible hides what the adapter costs.
 *
 * <p>A blocking client returns the answer that it has, an asynchronous one an answer to come.
 */
final class AdapterClients {

    private static final int CONNECTIONS = 64;

    private AdapterClients() {}

    /** GETs of {@code url} by a client of its own, which lives as long as the process. */
    static Supplier<CompletableFuture<byte[]>> gets(String client, Optional<Onehop> onehop, URI url) {
        return switch (client) {
            case "jdk-absolute", "jdk-origin" -> jdk(client, onehop, url);
            case "apache" -> apache(onehop, url);
            case "apache-async" -> apacheAsync(onehop, url);
            case "okhttp" -> okHttp(onehop, url);
            case "reactor" -> reactor(onehop, url);
            case "jetty" -> jetty(onehop, url);
            case "vertx" -> vertx(onehop, url);
            case "netty" -> NettyGets.of(onehop, url);
            case "sockets" -> SocketGets.of(onehop, url);
            default ->
                throw new IllegalArgumentException("client: " + client + " (expected: jdk-absolute, jdk-origin, apache,"
                        + " apache-async, okhttp, reactor, jetty, vertx, netty or sockets)");
        };
    }

    private static Supplier<CompletableFuture<byte[]>> jdk(String client, Optional<Onehop> onehop, URI url) {
        String allowed = System.getProperty("jdk.httpclient.allowRestrictedHeaders", "");
        if (client.equals("jdk-origin") != allowed.equals("host")) {
            throw new IllegalArgumentException("-Djdk.httpclient.allowRestrictedHeaders: '" + allowed
                    + "' (expected: 'host' for jdk-origin, nothing for jdk-absolute)");
        }
        HttpClient own =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpClient http =
                onehop.<HttpClient>map(over -> OnehopHttpClient.wrap(own, over)).orElse(own);
        HttpRequest request = HttpRequest.newBuilder(url).build();
        return blocking(() ->
                http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
    }

    private static Supplier<CompletableFuture<byte[]>> apache(Optional<Onehop> onehop, URI url) {
        CloseableHttpClient http = HttpClients.custom()
                .setConnectionManager(
                        onehop.isPresent()
                                ? OnehopConnectionManager.of(onehop.get(), AdapterClients::roomy)
                                : roomy(PoolingHttpClientConnectionManagerBuilder.create())
                                        .build())
                .build();
        return blocking(
                () -> http.execute(new HttpGet(url), response -> EntityUtils.toByteArray(response.getEntity())));
    }

    private static PoolingHttpClientConnectionManagerBuilder roomy(PoolingHttpClientConnectionManagerBuilder pool) {
        return pool.setMaxConnTotal(CONNECTIONS).setMaxConnPerRoute(CONNECTIONS);
    }

    private static Supplier<CompletableFuture<byte[]>> apacheAsync(Optional<Onehop> onehop, URI url) {
        CloseableHttpAsyncClient http = HttpAsyncClients.custom()
                .setConnectionManager(
                        onehop.isPresent()
                                ? OnehopAsyncConnectionManager.of(onehop.get(), AdapterClients::roomy)
                                : roomy(PoolingAsyncClientConnectionManagerBuilder.create())
                                        .build())
                .build();
        http.start();
        return () -> {
            var answer = new Answer();
            http.execute(SimpleRequestBuilder.get(url).build(), answer);
            return answer;
        };
    }

    private static PoolingAsyncClientConnectionManagerBuilder roomy(PoolingAsyncClientConnectionManagerBuilder pool) {
        return pool.setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS)
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                        .build());
    }

    private static Supplier<CompletableFuture<byte[]>> okHttp(Optional<Onehop> onehop, URI url) {
        var builder = new OkHttpClient.Builder().connectionPool(new ConnectionPool(CONNECTIONS, 5, TimeUnit.MINUTES));
        onehop.ifPresent(over -> OnehopOkHttp.on(builder, over));
        OkHttpClient http = builder.build();
        Request request = new Request.Builder().url(url.toString()).build();
        return blocking(() -> {
            try (var response = http.newCall(request).execute()) {
                return response.body().bytes();
            }
        });
    }

    private static Supplier<CompletableFuture<byte[]>> reactor(Optional<Onehop> onehop, URI url) {
        var own = reactor.netty.http.client.HttpClient.create();
        var http = onehop.map(over -> OnehopReactor.on(own, over)).orElse(own);
        var answer = http.get().uri(url).responseSingle((head, body) -> body.asByteArray());
        return answer::toFuture;
    }

    private static Supplier<CompletableFuture<byte[]>> jetty(Optional<Onehop> onehop, URI url) {
        var http = new org.eclipse.jetty.client.HttpClient();
        onehop.ifPresent(over -> OnehopJetty.on(http, over));
        try {
            http.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return () ->
                new CompletableResponseListener(http.newRequest(url)).send().thenApply(ContentResponse::getContent);
    }

    private static Supplier<CompletableFuture<byte[]>> vertx(Optional<Onehop> onehop, URI url) {
        var room = new PoolOptions().setHttp1MaxSize(CONNECTIONS);
        Optional<OnehopVertx> pods = onehop.map(OnehopVertx::of);
        Vertx vertx = pods.map(each -> each.on(Vertx.builder()).build()).orElseGet(Vertx::vertx);
        HttpClientAgent http = pods.map(each -> each.on(vertx.httpClientBuilder()))
                .orElseGet(vertx::httpClientBuilder)
                .with(room)
                .build();
        var request = new RequestOptions().setAbsoluteURI(url.toString());
        return () -> {
            var answer = new CompletableFuture<byte[]>();
            // elsewhere than on its context, the body may have gone by before anybody asks for it
            vertx.getOrCreateContext()
                    .runOnContext(now -> http.request(request)
                            .compose(HttpClientRequest::send)
                            .compose(HttpClientResponse::body)
                            .map(Buffer::getBytes)
                            .onComplete(answer::complete, answer::completeExceptionally));
            return answer;
        };
    }

    /** As a client that gives an answer to come. */
    static Supplier<CompletableFuture<byte[]>> blocking(Callable<byte[]> get) {
        return () -> {
            try {
                return CompletableFuture.completedFuture(get.call());
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    private static final class Answer extends CompletableFuture<byte[]> implements FutureCallback<SimpleHttpResponse> {
        @Override
        public void completed(SimpleHttpResponse response) {
            complete(response.getBodyBytes());
        }

        @Override
        public void failed(Exception failure) {
            completeExceptionally(failure);
        }

        @Override
        public void cancelled() {
            cancel(false);
        }
    }
}
