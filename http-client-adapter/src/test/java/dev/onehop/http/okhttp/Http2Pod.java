package dev.onehop.http.okhttp;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;

/**
 * A pod that speaks HTTP/2, over TLS or with prior knowledge, and HTTP/1.1 to those who do not; it says its name. {@code
 * /slow} waits to be released, {@code /on} leads to {@code
 * /end}, {@code /ws} is a WebSocket that echoes.
 */
final class Http2Pod implements AutoCloseable {

    private final String name;
    private final LoopResources loops = LoopResources.create("http2-pod", 1, true);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final DisposableServer server;

    /** @param identity null for prior knowledge without TLS */
    Http2Pod(String name, @Nullable KeyManagerFactory identity) {
        this.name = name;
        HttpServer http = HttpServer.create()
                .runOn(loops)
                .host("127.0.0.1")
                .port(0)
                .protocol(identity == null ? HttpProtocol.H2C : HttpProtocol.H2, HttpProtocol.HTTP11)
                .doOnChannelInit((observer, channel, remote) -> {
                    connections.incrementAndGet();
                    open.incrementAndGet();
                    channel.closeFuture().addListener(closed -> open.decrementAndGet());
                })
                .handle((request, response) -> {
                    seen.add(request.requestHeaders().get("host") + request.uri());
                    if (request.uri().equals("/ws")) {
                        return response.sendWebsocket(
                                (in, out) -> out.sendString(in.receive().asString()));
                    }
                    if (request.uri().equals("/on")) {
                        return response.status(307).header("location", "/end").send();
                    }
                    Mono<String> answer = request.uri().equals("/slow")
                            ? Mono.fromCallable(this::slowly).subscribeOn(Schedulers.boundedElastic())
                            : Mono.just(name);
                    return response.sendString(answer);
                });
        if (identity != null) {
            SslProvider.GenericSslContextSpec<?> tls = Http2SslContextSpec.forServer(identity);
            http = http.secure(spec -> spec.sslContext(tls));
        }
        server = http.bindNow(Duration.ofSeconds(10));
    }

    private String slowly() throws InterruptedException {
        released.await(10, TimeUnit.SECONDS);
        return name;
    }

    /** Answers what is slow. */
    void release() {
        released.countDown();
    }

    /** Authority and path of every request. */
    List<String> seen() {
        return List.copyOf(seen);
    }

    /** How many connections were accepted. */
    int accepts() {
        return connections.get();
    }

    /** How many are open. */
    int open() {
        return open.get();
    }

    EndpointSlice slice(ServiceKey service, boolean terminating) {
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
        release();
        server.disposeNow(Duration.ofSeconds(5));
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(Duration.ofSeconds(5));
    }
}
