package dev.onehop.http.contract;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;

/**
 * A pod that speaks HTTP/1.1 over TLS, answers with its name, and remembers what it was asked by: SNI and {@code Host}.
 *
 * <p>Shared: safe from any thread.
 */
final class HttpsPod implements AutoCloseable {

    private final String name;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    HttpsPod(String name, SSLContext identity) throws IOException {
        this.name = name;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity));
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            var session = (ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession();
            seen.add(session.getRequestedServerNames() + " "
                    + exchange.getRequestHeaders().getFirst("Host"));
            exchange.getRequestBody().readAllBytes();
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    /** SNI and {@code Host} of every request, in words. */
    List<String> seen() {
        return List.copyOf(seen);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** A slice with this pod alone, which has a port of its own. */
    EndpointSlice slice() {
        return slice(name, port());
    }

    static EndpointSlice slice(String name, int port) {
        return EndpointSlice.of(
                LoopbackPods.API,
                "slice-" + name,
                List.of(new SlicePort("http", Protocol.TCP, port)),
                List.of(Endpoint.builder("127.0.0.1")
                        .conditions(true, true, false)
                        .pod(name, "uid-" + name)
                        .build()));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
