package dev.onehop.http.jetty;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Map;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The client's own transport for one {@link Dial}, which gets to see what is made of it.
 *
 * <p>Shared: safe from any thread.
 */
final class DialTransport extends Transport.Wrapper {

    private final Dial dial;

    DialTransport(Transport own, Dial dial) {
        super(own);
        this.dial = dial;
    }

    @Override
    public SelectableChannel newSelectableChannel() throws IOException {
        SelectableChannel channel = super.newSelectableChannel();
        dial.connecting(channel);
        return channel;
    }

    @Override
    public EndPoint newEndPoint(
            Scheduler scheduler, ManagedSelector selector, SelectableChannel channel, SelectionKey key) {
        EndPoint endPoint = super.newEndPoint(scheduler, selector, channel, key);
        dial.connected(endPoint);
        return endPoint;
    }

    @Override
    public Connection newConnection(EndPoint endPoint, Map<String, Object> context) throws IOException {
        Connection connection = super.newConnection(endPoint, context);
        dial.opening(connection);
        return connection;
    }
}
