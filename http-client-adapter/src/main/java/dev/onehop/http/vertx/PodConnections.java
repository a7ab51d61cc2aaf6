package dev.onehop.http.vertx;

import dev.onehop.Attempt;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections to pods that are open, or have just been, by their two ends, which is what Vert.x tells of a connection.
 *
 * <p>Shared: safe from any thread.
 */
final class PodConnections {

    private record Ends(
            @Nullable String local, int localPort, @Nullable String remote, int remotePort) {}

    /** Vert.x's pools give away what is closed as long as they have not heard of it. */
    private static final long CLOSED_SECONDS = 5;

    private final Map<Ends, PodConnection> known = new ConcurrentHashMap<>();

    /** Of those, the ones in a pool of a client of ours: asked for each request, where names of ends take long to make. */
    private final Map<HttpConnection, PodConnection> pooled = new ConcurrentHashMap<>();

    /** The connection that {@code attempt} has made. */
    PodConnection made(Attempt attempt, Channel channel) {
        var connection = new PodConnection(attempt, channel);
        if (channel.localAddress() instanceof InetSocketAddress local
                && channel.remoteAddress() instanceof InetSocketAddress remote) {
            var ends = new Ends(
                    local.getAddress().getHostAddress(),
                    local.getPort(),
                    remote.getAddress().getHostAddress(),
                    remote.getPort());
            known.put(ends, connection);
            channel.closeFuture().addListener(closed -> forget(channel, ends, connection));
        }
        channel.closeFuture().addListener(closed -> connection.gone());
        return connection;
    }

    private void forget(Channel channel, Ends ends, PodConnection connection) {
        try {
            var unused = channel.eventLoop().schedule(() -> forget(ends, connection), CLOSED_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException shutDown) {
            forget(ends, connection);
        }
    }

    private void forget(Ends ends, PodConnection connection) {
        known.remove(ends, connection);
        pooled.values().remove(connection);
    }

    /** A client of ours has {@code http} in its pool. */
    void pooled(HttpConnection http) {
        PodConnection connection = of(http);
        if (connection != null) {
            connection.isPooledAs(http);
            pooled.put(http, connection);
        }
    }

    /** The connection that Vert.x calls {@code http}; null where it goes to no pod, or has been closed for a while. */
    @Nullable PodConnection of(HttpConnection http) {
        PodConnection connection = pooled.get(http);
        return connection == null ? byEnds(http) : connection;
    }

    private @Nullable PodConnection byEnds(HttpConnection http) {
        SocketAddress local = http.localAddress();
        SocketAddress remote = http.remoteAddress();
        return local == null || remote == null
                ? null
                : known.get(new Ends(local.hostAddress(), local.port(), remote.hostAddress(), remote.port()));
    }
}
