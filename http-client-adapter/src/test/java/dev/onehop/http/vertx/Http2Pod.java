package dev.onehop.http.vertx;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A pod that speaks HTTP/2, and remembers what it was asked by.
 *
 * <p>Shared: safe from any thread.
 */
final class Http2Pod implements AutoCloseable {

    private final String name;
    private final Vertx vertx = VertxClient.builder().build();
    private final HttpServer server;
    private final AtomicInteger connections = new AtomicInteger();
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    /** @param identity null for HTTP/2 without TLS */
    Http2Pod(String name, @Nullable SSLContext identity, Handler<HttpServerRequest> answer) throws IOException {
        this.name = name;
        var options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        if (identity != null) {
            options.setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(KeyCertOptions.wrap(noKey())) // Vert.x asks for one
                    .setSslEngineOptions(new GivenTls(identity, false, true));
        }
        server = VertxClient.got(vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    connections.incrementAndGet();
                    connection.closeHandler(closed -> connections.decrementAndGet());
                })
                .requestHandler(request -> {
                    seen.add(request.version() + " " + request.authority() + " " + request.path());
                    answer.handle(request);
                })
                .listen());
    }

    /** One that answers with its name. */
    Http2Pod(String name, @Nullable SSLContext identity) throws IOException {
        this(name, identity, request -> request.response().end(name));
    }

    private static X509KeyManager noKey() {
        try {
            KeyManagerFactory none = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            none.init(null, null);
            return (X509KeyManager) none.getKeyManagers()[0];
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    String name() {
        return name;
    }

    /** Version, authority and path of every request. */
    List<String> seen() {
        return List.copyOf(seen);
    }

    /** How many connections are open. */
    int connections() {
        return connections.get();
    }

    /** A slice with this pod alone, which has a port of its own. */
    EndpointSlice slice(boolean terminating) {
        return EndpointSlice.of(
                LoopbackPods.API,
                "slice-" + name,
                List.of(new SlicePort("http", Protocol.TCP, server.actualPort())),
                List.of(Endpoint.builder("127.0.0.1")
                        .conditions(!terminating, true, terminating)
                        .pod(name, "uid-" + name)
                        .build()));
    }

    @Override
    public void close() throws IOException {
        VertxClient.got(vertx.close());
    }
}
