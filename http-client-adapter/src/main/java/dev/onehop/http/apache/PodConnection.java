package dev.onehop.http.apache;

import dev.onehop.HeldConnection;
import java.io.IOException;
import java.net.SocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.impl.ConnPoolSupport;
import org.apache.hc.client5.http.nio.ManagedAsyncClientConnection;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.nio.command.StaleCheckCommand;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.SSLSessionInitializer;
import org.apache.hc.core5.reactor.ssl.SSLSessionVerifier;
import org.apache.hc.core5.reactor.ssl.TlsDetails;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous connection to a Service, and what Onehop knows it by.
 *
 * <p>Shared: as safe as the connection it wraps.
 */
final class PodConnection implements ManagedAsyncClientConnection, Identifiable {

    private final ManagedAsyncClientConnection connection;
    private final HeldConnection held;
    private volatile long usedNanos = System.nanoTime();

    PodConnection(ManagedAsyncClientConnection connection, HeldConnection held) {
        this.connection = connection;
        this.held = held;
    }

    HeldConnection held() {
        return held;
    }

    /** It goes back to the pool. */
    void released() {
        usedNanos = System.nanoTime();
    }

    /**
     * Closes the connection if its pod has, where that is suspected, and goes on, at once or on the reactor's thread. Over
     * HTTP/2 the reactor finds out by itself.
     */
    void checked(Staleness staleness, Runnable then) {
        if (!isOpen() || !staleness.suspects(usedNanos) || getProtocolVersion().getMajor() > 1) {
            then.run();
            return;
        }
        submitCommand(
                new StaleCheckCommand(active -> {
                    if (!active) {
                        close(CloseMode.IMMEDIATE);
                    }
                    then.run();
                }),
                Command.Priority.IMMEDIATE);
    }

    @Override
    public String getId() {
        return ConnPoolSupport.getId(connection);
    }

    /** The pool, which finds out last, asks this before it uses a connection. */
    @Override
    public boolean isOpen() {
        boolean open = connection.isOpen();
        if (!open) {
            held.gone();
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        held.gone();
        connection.close();
    }

    @Override
    public void close(CloseMode closeMode) {
        held.gone();
        connection.close(closeMode);
    }

    @Override
    public void submitCommand(Command command, Command.Priority priority) {
        connection.submitCommand(command, priority);
    }

    @Override
    public void passivate() {
        connection.passivate();
    }

    @Override
    public void activate() {
        connection.activate();
    }

    @Override
    public void switchProtocol(String protocol, FutureCallback<ProtocolIOSession> callback) {
        connection.switchProtocol(protocol, callback);
    }

    @Override
    public EndpointDetails getEndpointDetails() {
        return connection.getEndpointDetails();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return connection.getLocalAddress();
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return connection.getRemoteAddress();
    }

    @Override
    public ProtocolVersion getProtocolVersion() {
        return connection.getProtocolVersion();
    }

    @Override
    public @Nullable SSLSession getSSLSession() {
        return connection.getSSLSession();
    }

    @Override
    public Timeout getSocketTimeout() {
        return connection.getSocketTimeout();
    }

    @Override
    public void setSocketTimeout(Timeout timeout) {
        connection.setSocketTimeout(timeout);
    }

    @Override
    public void startTls(
            SSLContext context,
            NamedEndpoint endpoint,
            SSLBufferMode mode,
            SSLSessionInitializer initializer,
            SSLSessionVerifier verifier,
            Timeout timeout) {
        connection.startTls(context, endpoint, mode, initializer, verifier, timeout);
    }

    @Override
    public void startTls(
            SSLContext context,
            NamedEndpoint endpoint,
            SSLBufferMode mode,
            SSLSessionInitializer initializer,
            SSLSessionVerifier verifier,
            Timeout timeout,
            FutureCallback<TransportSecurityLayer> callback) {
        connection.startTls(context, endpoint, mode, initializer, verifier, timeout, callback);
    }

    @Override
    public @Nullable TlsDetails getTlsDetails() {
        return connection.getTlsDetails();
    }
}
