package dev.onehop.http.jetty;

import java.net.SocketAddress;
import org.eclipse.jetty.client.ConnectionPool;
import org.eclipse.jetty.client.transport.IConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Attachable;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Sweeper;
import org.jspecify.annotations.Nullable;

/**
 * What the pool may ask of a connection of Jetty's, answered by that connection.
 *
 * <p>Shared: as the connection.
 */
abstract class WrappedConnection
        implements IConnection,
                Attachable,
                Invocable,
                Sweeper.Sweepable,
                ConnectionPool.MaxMultiplexable,
                ConnectionPool.MaxUsable {

    final IConnection http;

    // what it is, asked once: the pool and each request want to know
    private final @Nullable Attachable attachable;
    private final ConnectionPool.@Nullable MaxMultiplexable multiplexable;
    private final ConnectionPool.@Nullable MaxUsable usable;

    WrappedConnection(IConnection http) {
        this.http = http;
        this.attachable = http instanceof Attachable own ? own : null;
        this.multiplexable = http instanceof ConnectionPool.MaxMultiplexable own ? own : null;
        this.usable = http instanceof ConnectionPool.MaxUsable own ? own : null;
    }

    final boolean isMultiplexed() {
        return multiplexable != null;
    }

    @Override
    public final SocketAddress getLocalSocketAddress() {
        return http.getLocalSocketAddress();
    }

    @Override
    public final SocketAddress getRemoteSocketAddress() {
        return http.getRemoteSocketAddress();
    }

    @Override
    public final EndPoint.SslSessionData getSslSessionData() {
        return http.getSslSessionData();
    }

    /** Where the pool keeps its entry: it is told of releases and removals by the client's connection. */
    @Override
    public final @Nullable Object getAttachment() {
        return attachable == null ? null : attachable.getAttachment();
    }

    @Override
    public final void setAttachment(@Nullable Object attachment) {
        if (attachable != null) {
            attachable.setAttachment(attachment);
        }
    }

    @Override
    public final InvocationType getInvocationType() {
        return Invocable.getInvocationType(http);
    }

    @Override
    public final boolean sweep() {
        return http instanceof Sweeper.Sweepable own && own.sweep();
    }

    @Override
    public final int getMaxMultiplex() {
        return multiplexable == null ? 1 : multiplexable.getMaxMultiplex();
    }

    @Override
    public final int getMaxUsage() {
        return usable == null ? Integer.MAX_VALUE : usable.getMaxUsage();
    }
}
