package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * Makes an attempt of every exchange with a pod, and keeps exchanges off connections that are retired.
 *
 * <p>Shared: safe from any thread.
 */
final class Exchanges implements Interceptor {

    private static final int SWITCHING_PROTOCOLS = 101;

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
        if (pod == null) {
            calls.sending();
            return chain.proceed(chain.request());
        }
        Optional<Attempt> begun = calls.upgrading().or(pod::begin);
        if (begun.isEmpty()) {
            begun = onRetired(connection, pod);
        }
        if (begun.isEmpty()) {
            pod.closeRetired(); // is about to be: OkHttp finds so, and takes another by itself
            return chain.proceed(chain.request());
        }
        var exchange = new PodExchange(begun.get(), chain.call(), pod, isMultiplexed(connection));
        boolean sentBefore = calls.sending();
        calls.begun(exchange);
        try {
            Response response = chain.proceed(chain.request());
            calls.answered();
            return watched(response, exchange, pod);
        } catch (IOException failure) {
            exchange.failed(failure);
            throw calls.toThrow(failure, sentBefore);
        } catch (RuntimeException | Error callersOwn) {
            exchange.abandoned();
            throw callersOwn;
        }
    }

    /**
     * Takes the connection out of the pool and has the call begin again. Where that would repeat an earlier hop, or the
     * connection stays in the pool, the exchange goes on over it.
     *
     * @return empty where it is closed
     */
    private Optional<Attempt> onRetired(Connection connection, PodSocket pod) throws Calls.Retired {
        boolean out = isOutOfThePool(connection);
        if (calls.mayBeginAgain() && (out || !isMultiplexed(connection))) {
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

    private static Response watched(Response response, PodExchange exchange, PodSocket pod) {
        pod.answered();
        exchange.answering(response);
        if (response.code() == SWITCHING_PROTOCOLS) {
            pod.whenClosed(exchange::ended); // what follows is under way as long as the connection
            return response;
        }
        ResponseBody body = response.body();
        if (body == null || body.contentLength() == 0 || !promisesBody(response)) {
            exchange.ended();
            return response;
        }
        return response.newBuilder().body(new PodBody(body, exchange)).build();
    }

    private static boolean promisesBody(Response response) {
        int code = response.code();
        return !response.request().method().equals("HEAD") && code >= 200 && code != 204 && code != 304;
    }

    private static boolean isMultiplexed(Connection connection) {
        return connection.protocol() == Protocol.HTTP_2 || connection.protocol() == Protocol.H2_PRIOR_KNOWLEDGE;
    }
}
