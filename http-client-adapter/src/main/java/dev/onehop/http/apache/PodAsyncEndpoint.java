package dev.onehop.http.apache;

import dev.onehop.HeldConnection;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.ConnectionHolder;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncPushConsumer;
import org.apache.hc.core5.http.nio.HandlerFactory;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A leased asynchronous connection: from lease to release it carries one exchange, or several after another.
 *
 * <p>Used by one exchange, whose steps follow one another; closed from any thread.
 */
final class PodAsyncEndpoint extends AsyncConnectionEndpoint implements ConnectionHolder {

    private final AsyncConnectionEndpoint delegate;
    private final HttpRoute route;
    private final Lease lease = new Lease();
    private final Staleness staleness;
    private final LeaseFuture caller;

    private PodAsyncEndpoint(
            AsyncConnectionEndpoint delegate, HttpRoute route, Staleness staleness, LeaseFuture caller) {
        this.delegate = delegate;
        this.route = route;
        this.staleness = staleness;
        this.caller = caller;
    }

    /** Takes what the pool gave, as {@link PodEndpoint#leased} does; {@code then} may be called on the reactor's thread. */
    static void leased(
            AsyncConnectionEndpoint delegate,
            HttpRoute route,
            Staleness staleness,
            LeaseFuture caller,
            Consumer<PodAsyncEndpoint> then) {
        var endpoint = new PodAsyncEndpoint(delegate, route, staleness, caller);
        PodConnection connection = endpoint.connection();
        if (connection == null) {
            then.accept(endpoint);
            return;
        }
        connection.checked(staleness, () -> {
            if (delegate.isConnected() && !endpoint.lease.begins(connection.held())) {
                delegate.close(CloseMode.GRACEFUL);
            }
            then.accept(endpoint);
        });
    }

    AsyncConnectionEndpoint delegate() {
        return delegate;
    }

    /** Whether the connection goes to the route's target. */
    boolean isDirect() {
        return route.getProxyHost() == null;
    }

    /** The client connects it, which ends when the caller cancels what it holds. */
    void connecting(Future<?> connect) {
        caller.endsWithIt(connect);
    }

    /** The client has connected it. */
    void connected() {
        lease.connected(held());
    }

    /** The client needs it no more. */
    void released() {
        lease.released();
        PodConnection connection = connection();
        if (connection != null) {
            connection.released();
        }
    }

    @Override
    public void execute(
            String id,
            AsyncClientExchangeHandler handler,
            @Nullable HandlerFactory<AsyncPushConsumer> pushes,
            HttpContext context) {
        Exchange exchange;
        try {
            exchange = lease.next();
        } catch (NoHttpResponseException nothingSent) {
            handler.failed(nothingSent);
            handler.releaseResources();
            return;
        }
        if (exchange == null) {
            delegate.execute(id, handler, pushes, context);
            return;
        }
        try {
            delegate.execute(id, new WatchedHandler(handler, exchange, staleness), pushes, context);
        } catch (RuntimeException failure) {
            exchange.abandoned(); // nothing was sent
            throw failure;
        }
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

    private @Nullable PodConnection connection() {
        return get() instanceof PodConnection ours ? ours : null;
    }

    private @Nullable HeldConnection held() {
        PodConnection connection = connection();
        return connection == null ? null : connection.held();
    }

    @Override
    public void close(CloseMode closeMode) {
        lease.abandoned();
        delegate.close(closeMode);
    }
}
