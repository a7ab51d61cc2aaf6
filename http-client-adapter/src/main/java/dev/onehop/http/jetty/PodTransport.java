package dev.onehop.http.jetty;

import dev.onehop.AsyncConnector;
import dev.onehop.Balancer;
import dev.onehop.service.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * One connect of the client to a Service, as core's failover sees it: one call, which dials backend after backend. Every
 * dial goes through the client's own transport, with a context of its own.
 *
 * <p>Immutable.
 */
final class PodTransport extends Transport.Wrapper {

    /** Reserved (RFC 1112): a connect that slipped past us reaches nobody. */
    private static final byte[] NOBODY = {(byte) 240, 0, 0, 1};

    private static final Duration FOREVER = Duration.ofDays(365);

    private final HttpClient client;
    private final Balancer balancer;
    private final SocketAddressResolver others;

    /** The Service's name, which TLS is to know the pod by. */
    private final String host;

    private final Map<String, Object> before;

    /** @param context the connect's, as it is before anybody connects */
    PodTransport(
            HttpClient client,
            Balancer balancer,
            SocketAddressResolver others,
            String host,
            Map<String, Object> context) {
        super((Transport) Objects.requireNonNull(context.get(Transport.CONTEXT_KEY)));
        this.client = client;
        this.balancer = balancer;
        this.others = others;
        this.host = host;
        this.before = Map.copyOf(context);
    }

    /** An address that stands for whichever pod it will be: what the client is told, and nobody dials. */
    static InetSocketAddress nobody(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(host, NOBODY), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 bytes by construction", impossible);
        }
    }

    void installIn(Map<String, Object> context) {
        context.put(Transport.CONTEXT_KEY, this);
    }

    /** Connects to a pod instead. */
    @Override
    public void connect(SocketAddress nobody, Map<String, Object> context) {
        @SuppressWarnings("unchecked")
        var promise = (Promise<Connection>) Objects.requireNonNull(context.get(Connection.PROMISE_CONTEXT_KEY));
        AsyncConnector<PodConnection> dials = (attempt, timeout) -> new Dial(this, attempt, timeout).begin();
        var unused = balancer.connectAsync(patience(), dials).whenComplete((connection, failure) -> {
            if (failure == null) {
                promise.succeeded(connection);
                connection.offered();
            } else {
                promise.failed(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
    }

    HttpClient client() {
        return client;
    }

    /** Whose pool the connection is for. */
    HttpDestination destination() {
        return (HttpDestination) Objects.requireNonNull(before.get(Destination.CONTEXT_KEY));
    }

    /** Resolves what is no pod. */
    void resolve(InetSocketAddress name, Promise<List<InetSocketAddress>> addresses) {
        others.resolve(name.getHostString(), name.getPort(), freshContext(), addresses);
    }

    /**
     * Connects for one dial, by the client's own transport. Where that blocks, on a thread of the client's: dials begin on
     * threads, too, that must not wait, as timers' are.
     */
    void connect(InetSocketAddress address, Dial dial) {
        var named = new InetSocketAddress(IpAddress.of(address.getAddress()).named(host), address.getPort());
        Map<String, Object> context = freshContext();
        context.put(Transport.CONTEXT_KEY, new DialTransport(getWrapped(), dial));
        context.put(ClientConnector.REMOTE_SOCKET_ADDRESS_CONTEXT_KEY, named);
        context.put(Connection.PROMISE_CONTEXT_KEY, dial);
        Runnable connect = () -> client.getHttpClientTransport().connect(named, context);
        if (client.getContainedBeans(ClientConnector.class).stream().anyMatch(ClientConnector::isConnectBlocking)) {
            try {
                client.getExecutor().execute(connect);
            } catch (RejectedExecutionException stopping) {
                dial.failed(stopping);
            }
        } else {
            connect.run();
        }
    }

    /** A context for one dial. */
    private Map<String, Object> freshContext() {
        return new ConcurrentHashMap<>(before);
    }

    private Duration patience() {
        long millis = client.getConnectTimeout();
        return millis <= 0 ? FOREVER : Duration.ofMillis(millis);
    }
}
