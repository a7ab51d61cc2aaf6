package dev.onehop.http.apache;

import dev.onehop.Onehop;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.concurrent.CallbackContribution;
import org.apache.hc.core5.concurrent.ComplexFuture;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.concurrent.FutureContribution;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The same as {@link OnehopConnectionManager} for Apache's asynchronous client, over HTTP/1.1 and HTTP/2:
 *
 * <pre>{@code
 * HttpAsyncClients.custom().setConnectionManager(OnehopAsyncConnectionManager.of(onehop)).build();
 * OnehopAsyncConnectionManager.of(onehop, pool -> pool.setMaxConnPerRoute(50).setTlsStrategy(tls)); // as usual
 * }</pre>
 *
 * <p>An HTTP/2 connection carries one exchange at a time, as Apache's pool has it by default. Its experimental
 * {@code setMessageMultiplexing(true)} is refused: a connection that is retired cannot be taken out of a pool that shares
 * it. {@code HttpAsyncClients.customHttp2()} has a pool of its own, and is not for this one either.
 *
 * <p>Shared: safe from any thread. Closing it closes its connections, and not {@code onehop}.
 */
public final class OnehopAsyncConnectionManager extends ControlledPool<PoolingAsyncClientConnectionManager>
        implements AsyncClientConnectionManager {

    private final Staleness staleness = new Staleness();

    private OnehopAsyncConnectionManager(PoolingAsyncClientConnectionManager pool) {
        super(pool);
    }

    /** A pool of Apache's default settings: five connections per route, 25 in all. */
    public static OnehopAsyncConnectionManager of(Onehop onehop) {
        return of(onehop, pool -> {});
    }

    /**
     * A pool of the user's settings.
     *
     * @param settings gets the builder of Apache's pool before it is built: TLS, sizes, timeouts, DNS, all that it has
     *     but {@code setMessageMultiplexing(true)}
     * @throws IllegalArgumentException when the pool would share its connections
     */
    public static OnehopAsyncConnectionManager of(
            Onehop onehop, Consumer<? super PoolingAsyncClientConnectionManagerBuilder> settings) {
        var builder = new PodAsyncPoolBuilder(Objects.requireNonNull(onehop, "onehop"));
        settings.accept(builder);
        return new OnehopAsyncConnectionManager(builder.build());
    }

    @Override
    public Future<AsyncConnectionEndpoint> lease(
            String id,
            HttpRoute route,
            @Nullable Object state,
            Timeout requestTimeout,
            FutureCallback<AsyncConnectionEndpoint> callback) {
        var result = new LeaseFuture(callback);
        result.endsWithIt(pool.lease(
                id, route, state, requestTimeout, new FutureContribution<AsyncConnectionEndpoint>(result) {
                    @Override
                    public void completed(AsyncConnectionEndpoint leased) {
                        PodAsyncEndpoint.leased(leased, route, staleness, result, ours -> {
                            if (!result.completed(ours)) {
                                ours.close(CloseMode.GRACEFUL); // nobody waits for it
                                release(ours, null, TimeValue.ZERO_MILLISECONDS);
                            }
                        });
                    }
                }));
        return result;
    }

    @Override
    public Future<AsyncConnectionEndpoint> connect(
            AsyncConnectionEndpoint endpoint,
            ConnectionInitiator initiator,
            @Nullable Timeout connectTimeout,
            @Nullable Object attachment,
            HttpContext context,
            FutureCallback<AsyncConnectionEndpoint> callback) {
        PodAsyncEndpoint ours = ours(endpoint);
        var result = new ComplexFuture<AsyncConnectionEndpoint>(callback);
        var connected = new FutureContribution<AsyncConnectionEndpoint>(result) {
            @Override
            public void completed(AsyncConnectionEndpoint same) {
                ours.connected();
                result.completed(ours);
            }
        };
        if (!ours.isDirect()) {
            result.setDependency(
                    pool.connect(ours.delegate(), initiator, connectTimeout, attachment, context, connected));
            ours.connecting(result);
            return result;
        }
        context.setAttribute(PodOperator.DIRECT, true);
        try {
            result.setDependency(
                    pool.connect(ours.delegate(), initiator, connectTimeout, attachment, context, connected));
        } finally {
            context.removeAttribute(PodOperator.DIRECT);
        }
        ours.connecting(result); // a lease that was cancelled by now ends the connect, which must have begun
        return result;
    }

    @Override
    public void upgrade(AsyncConnectionEndpoint endpoint, @Nullable Object attachment, HttpContext context) {
        pool.upgrade(ours(endpoint).delegate(), attachment, context);
    }

    @Override
    public void upgrade(
            AsyncConnectionEndpoint endpoint,
            @Nullable Object attachment,
            HttpContext context,
            FutureCallback<AsyncConnectionEndpoint> callback) {
        PodAsyncEndpoint ours = ours(endpoint);
        pool.upgrade(ours.delegate(), attachment, context, new CallbackContribution<AsyncConnectionEndpoint>(callback) {
            @Override
            public void completed(AsyncConnectionEndpoint same) {
                if (callback != null) {
                    callback.completed(ours);
                }
            }
        });
    }

    @Override
    public void release(AsyncConnectionEndpoint endpoint, @Nullable Object newState, TimeValue keepAlive) {
        PodAsyncEndpoint ours = ours(endpoint);
        ours.released();
        pool.release(ours.delegate(), newState, keepAlive);
    }

    private static PodAsyncEndpoint ours(AsyncConnectionEndpoint endpoint) {
        if (endpoint instanceof PodAsyncEndpoint ours) {
            return ours;
        }
        throw new IllegalStateException("endpoint: " + endpoint + " (expected: one that this manager has leased)");
    }

    @Override
    public void close() {
        pool.close();
    }
}
