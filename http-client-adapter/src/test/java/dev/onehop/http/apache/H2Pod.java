package dev.onehop.http.apache;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.DiscardingEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http2.impl.nio.bootstrap.H2ServerBootstrap;
import org.apache.hc.core5.http2.ssl.H2ServerTlsStrategy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.apache.hc.core5.reactor.ListenerEndpoint;

/**
 * A pod that speaks HTTP/2 over TLS, answers with its name, and remembers what it was asked by.
 *
 * <p>Shared: safe from any thread.
 */
final class H2Pod implements AutoCloseable {

    private final String name;
    private final HttpAsyncServer server;
    private final int port;
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final Map<String, IOSession> open = new ConcurrentHashMap<>();

    H2Pod(String name, SSLContext identity) throws Exception {
        this.name = name;
        server = H2ServerBootstrap.bootstrap()
                .setCanonicalHostName("api-service.shop")
                .setTlsStrategy(new H2ServerTlsStrategy(identity))
                .setIOSessionListener(new Sessions())
                .register("*", new Answers())
                .create();
        server.start();
        ListenerEndpoint listener = server.listen(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), URIScheme.HTTPS)
                .get();
        port = ((InetSocketAddress) listener.getAddress()).getPort();
    }

    /** Version, SNI and authority of every request, in words. */
    List<String> seen() {
        return List.copyOf(seen);
    }

    /** How many connections are open now. */
    int connections() {
        return open.size();
    }

    /** Says GOAWAY on every connection, and closes it when its streams have ended. */
    void goAway() {
        open.values().forEach(session -> session.close(CloseMode.GRACEFUL));
    }

    /** A slice with this pod alone, which has a port of its own. */
    EndpointSlice slice(boolean terminating) {
        return EndpointSlice.of(
                LoopbackPods.API,
                "slice-" + name,
                List.of(new SlicePort("http", Protocol.TCP, port)),
                List.of(Endpoint.builder("127.0.0.1")
                        .conditions(!terminating, true, terminating)
                        .pod(name, "uid-" + name)
                        .build()));
    }

    @Override
    public void close() {
        server.close(CloseMode.IMMEDIATE);
    }

    private final class Answers implements AsyncServerRequestHandler<Message<HttpRequest, Void>> {

        @Override
        public AsyncRequestConsumer<Message<HttpRequest, Void>> prepare(
                HttpRequest request, EntityDetails entity, HttpContext context) {
            return new BasicRequestConsumer<>(entity == null ? null : new DiscardingEntityConsumer<>());
        }

        @Override
        public void handle(Message<HttpRequest, Void> message, ResponseTrigger response, HttpContext context)
                throws HttpException, IOException {
            var session = (ExtendedSSLSession) HttpCoreContext.cast(context).getSSLSession();
            seen.add(context.getProtocolVersion() + " " + session.getRequestedServerNames() + " "
                    + message.getHead().getAuthority());
            response.submitResponse(
                    AsyncResponseBuilder.create(200).setEntity(name).build(), context);
        }
    }

    private final class Sessions implements IOSessionListener {

        @Override
        public void connected(IOSession session) {
            open.put(session.getId(), session);
        }

        @Override
        public void disconnected(IOSession session) {
            open.remove(session.getId());
        }

        @Override
        public void startTls(IOSession session) {}

        @Override
        public void inputReady(IOSession session) {}

        @Override
        public void outputReady(IOSession session) {}

        @Override
        public void timeout(IOSession session) {}

        @Override
        public void exception(IOSession session, Exception ex) {}
    }
}
