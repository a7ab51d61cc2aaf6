package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import java.io.IOException;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Makes an attempt of every exchange with a pod, and keeps exchanges off connections that are retired.
 *
 * <p>Shared: safe from any thread.
 */
final class Exchanges implements Interceptor {

    private final Calls calls;
    private final TlsLayers layers;

    Exchanges(Calls calls, TlsLayers layers) {
        this.calls = calls;
        this.layers = layers;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Connection connection = Objects.requireNonNull(chain.connection(), "a network interceptor's connection");
        PodSocket pod = layers.under(connection.socket());
        Progress progress = calls.progress();
        if (pod == null) {
            progress.sending();
            return chain.proceed(chain.request());
        }
        Attempt begun = progress.upgrading();
        if (begun == null) {
            begun = pod.begin();
        }
        if (begun == null) {
            begun = onRetired(connection, pod, progress);
        }
        if (begun == null) {
            pod.closeRetired(); // is about to be: OkHttp finds so, and takes another by itself
            return chain.proceed(chain.request());
        }
        Call call = chain.call();
        var exchange = new PodExchange(begun, call, connection, pod);
        progress.begun(exchange);
        boolean sentBefore = progress.sending();
        try {
            call.addEventListener(exchange);
            Response response = chain.proceed(chain.request());
            progress.answered();
            exchange.answered(response);
            return response;
        } catch (IOException failure) {
            exchange.failed(failure);
            throw progress.toThrow(failure, sentBefore);
        } catch (RuntimeException | Error callersOwn) {
            exchange.abandoned();
            throw callersOwn;
        }
    }

    /**
     * Takes the connection out of the pool and has the call begin again. Where that would repeat an earlier hop, or the
     * connection stays in the pool, the exchange goes on over it.
     *
     * @return null where it is closed
     */
    private static @Nullable Attempt onRetired(Connection connection, PodSocket pod, Progress progress)
            throws Calls.Retired {
        boolean out = isOutOfThePool(connection);
        if (!progress.isSent() && (out || !PodExchange.isMultiplexed(connection))) {
            throw new Calls.Retired(pod.toString());
        }
        return pod.beginAnyway();
    }

    /** Says so by a method that OkHttp's module does not export: where it is a named module, this cannot be said. */
    private static boolean isOutOfThePool(Connection connection) {
        try {
            connection.getClass().getMethod("noNewExchanges").invoke(connection);
            return true;
        } catch (ReflectiveOperationException notOpen) {
            return false;
        }
    }
}
