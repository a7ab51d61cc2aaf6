package dev.onehop.http.apache;

import dev.onehop.Onehop;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The connections of an Apache {@code HttpClient}, where those to Services go to their pods. All of it is done here, so
 * that nothing else of the client is touched:
 *
 * <pre>{@code
 * HttpClients.custom().setConnectionManager(OnehopConnectionManager.of(onehop)).build();
 * OnehopConnectionManager.of(onehop, pool -> pool.setMaxConnPerRoute(50).setTlsSocketStrategy(tls)); // as usual
 * }</pre>
 *
 * <p>The pool is Apache's own, with one route per Service. A connect and its TLS handshake try up to three pods, within the
 * connect timeout of {@code ConnectionConfig} or {@code RequestConfig}. An exchange lasts from lease to release, and tells
 * how its pod did. A connection that Onehop has retired is closed when idle, and never leased again. Names that are not
 * ours, proxies, Unix sockets and SOCKS go their usual way.
 *
 * <p>Shared: safe from any thread. Closing it closes its connections, and not {@code onehop}.
 */
public final class OnehopConnectionManager extends ControlledPool<PoolingHttpClientConnectionManager>
        implements HttpClientConnectionManager {

    private final HeldByConnection held;

    private OnehopConnectionManager(PoolingHttpClientConnectionManager pool, HeldByConnection held) {
        super(pool);
        this.held = held;
    }

    /** A pool of Apache's default settings: five connections per route, 25 in all. */
    public static OnehopConnectionManager of(Onehop onehop) {
        return of(onehop, pool -> {});
    }

    /**
     * A pool of the user's settings.
     *
     * @param settings gets the builder of Apache's pool before it is built: TLS, sizes, timeouts, DNS, all that it has
     */
    public static OnehopConnectionManager of(
            Onehop onehop, Consumer<? super PoolingHttpClientConnectionManagerBuilder> settings) {
        var held = new HeldByConnection();
        var builder = new PodPoolBuilder(Objects.requireNonNull(onehop, "onehop"), held);
        settings.accept(builder);
        return new OnehopConnectionManager(builder.build(), held);
    }

    @Override
    public LeaseRequest lease(String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
        LeaseRequest request = pool.lease(id, route, requestTimeout, state);
        return new LeaseRequest() {
            private @Nullable PodEndpoint leased;

            @Override
            public synchronized ConnectionEndpoint get(Timeout timeout)
                    throws InterruptedException, ExecutionException, TimeoutException {
                if (leased == null) {
                    leased = PodEndpoint.leased(request.get(timeout), route, held);
                }
                return leased;
            }

            @Override
            public boolean cancel() {
                return request.cancel();
            }
        };
    }

    @Override
    public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue connectTimeout, HttpContext context)
            throws IOException {
        PodEndpoint ours = ours(endpoint);
        if (!ours.isDirect()) {
            pool.connect(ours.delegate(), connectTimeout, context);
            return;
        }
        context.setAttribute(PodOperator.DIRECT, true);
        try {
            pool.connect(ours.delegate(), connectTimeout, context);
        } finally {
            context.removeAttribute(PodOperator.DIRECT);
        }
        ours.connected();
    }

    @Override
    public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
        pool.upgrade(ours(endpoint).delegate(), context);
    }

    @Override
    public void release(ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
        PodEndpoint ours = ours(endpoint);
        ours.released();
        pool.release(ours.delegate(), newState, validDuration);
    }

    private static PodEndpoint ours(ConnectionEndpoint endpoint) {
        if (endpoint instanceof PodEndpoint ours) {
            return ours;
        }
        throw new IllegalStateException("endpoint: " + endpoint + " (expected: one that this manager has leased)");
    }

    @Override
    public void close() {
        pool.close();
    }
}
