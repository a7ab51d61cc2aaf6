package dev.onehop.http.jdk;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * A pod that speaks HTTP/1.1 over TLS on 127.0.0.1, answers with its name, and remembers who asked for what.
 *
 * <p>Shared: safe from any thread.
 */
final class TlsPod implements AutoCloseable {

    /**
     * A request as it came.
     *
     * @param sni what the client asked for
     * @param client whose certificate it showed; "" without one
     */
    record Seen(String path, Headers headers, String sni, String client, String protocol) {}

    /** An answer with a header; "" for none. */
    record Reply(int status, String header, String value) {}

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private volatile Duration delay = Duration.ZERO;
    private volatile Function<Seen, Reply> answer = each -> new Reply(200, "", "");

    /** @param port 0 for any */
    TlsPod(String name, SSLContext identity, int port, boolean wantsCertificates) throws IOException {
        server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters tls = identity.getDefaultSSLParameters();
                tls.setNeedClientAuth(wantsCertificates);
                parameters.setSSLParameters(tls);
            }
        });
        server.setExecutor(exchange -> {
            Executor later = CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, threads);
            (delay.isZero() ? threads : later).execute(exchange);
        });
        server.createContext("/", exchange -> {
            var session = (ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession();
            var request = new Seen(
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    String.valueOf(session.getRequestedServerNames()),
                    client(session),
                    session.getProtocol());
            seen.add(request);
            Reply reply = answer.apply(request);
            exchange.getRequestBody().readAllBytes();
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            if (!reply.header().isEmpty()) {
                exchange.getResponseHeaders().add(reply.header(), reply.value());
            }
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private static String client(ExtendedSSLSession session) {
        try {
            return session.getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException anonymous) {
            return "";
        }
    }

    void answering(Function<Seen, Reply> how) {
        answer = how;
    }

    /** Takes up handshakes, and later requests, only after {@code time}. */
    void slowBy(Duration time) {
        delay = time;
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
