package dev.onehop.http.apache;

import dev.onehop.HeldConnection;
import dev.onehop.health.Signal;
import java.io.IOException;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.ConnectionHolder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A leased connection: from lease to release it carries one exchange, or several after another.
 *
 * <p>Used by one caller; closed from any thread.
 */
final class PodEndpoint extends ConnectionEndpoint implements ConnectionHolder {

    private final ConnectionEndpoint delegate;
    private final HttpRoute route;
    private final HeldByConnection held;
    private final Lease lease = new Lease();

    private PodEndpoint(ConnectionEndpoint delegate, HttpRoute route, HeldByConnection held) {
        this.delegate = delegate;
        this.route = route;
        this.held = held;
    }

    /**
     * Takes what the pool gave. A connection that Onehop has retired is given up for a new one, which the client makes as
     * soon as it finds this endpoint without: that is before a byte is sent.
     */
    static PodEndpoint leased(ConnectionEndpoint delegate, HttpRoute route, HeldByConnection held) {
        var endpoint = new PodEndpoint(delegate, route, held);
        HeldConnection connection = held.of(endpoint.get());
        boolean usable = delegate.isConnected()
                && (connection == null || (!held.isStale(endpoint.get()) && endpoint.lease.begins(connection)));
        if (!usable) {
            delegate.close(CloseMode.GRACEFUL); // even one that is closed: its object could not be connected again
        }
        return endpoint;
    }

    ConnectionEndpoint delegate() {
        return delegate;
    }

    /** Whether the connection goes to the route's target. */
    boolean isDirect() {
        return route.getProxyHost() == null;
    }

    /** The client has connected it. */
    void connected() {
        lease.connected(held.of(get()));
    }

    /** The client needs it no more. */
    void released() {
        lease.released();
        held.released(get());
    }

    @Override
    public ClassicHttpResponse execute(
            String id, ClassicHttpRequest request, RequestExecutor executor, HttpContext context)
            throws IOException, HttpException {
        Exchange now = lease.next();
        if (now == null) {
            return delegate.execute(id, request, executor, context);
        }
        try {
            ClassicHttpResponse response = delegate.execute(id, request, executor, context);
            now.answered(response);
            HttpEntity entity = response.getEntity();
            if (entity == null || !entity.isStreaming()) {
                now.completed();
            } else {
                response.setEntity(new WatchedEntity(entity, now));
            }
            return response;
        } catch (IOException | HttpException | RuntimeException failure) {
            if (now.failed(failure) == Signal.STALE_CONNECTION) {
                held.staleness().found();
            }
            throw failure;
        }
    }

    @Override
    @Deprecated
    public ClassicHttpResponse execute(
            String id, ClassicHttpRequest request, HttpRequestExecutor executor, HttpContext context)
            throws IOException, HttpException {
        RequestExecutor same = executor::execute;
        return execute(id, request, same, context);
    }

    @Override
    public boolean isConnected() {
        return delegate.isConnected();
    }

    @Override
    public void setSocketTimeout(Timeout timeout) {
        delegate.setSocketTimeout(timeout);
    }

    @Override
    public @Nullable EndpointInfo getInfo() {
        return delegate.getInfo();
    }

    /** Null where the endpoint is not connected, or not one of Apache's own pool. */
    @Override
    public @Nullable HttpConnection get() {
        return delegate instanceof ConnectionHolder holder ? holder.get() : null;
    }

    @Override
    public void close(CloseMode closeMode) {
        lease.abandoned();
        delegate.close(closeMode);
    }

    @Override
    public void close() throws IOException {
        lease.abandoned();
        delegate.close();
    }
}
