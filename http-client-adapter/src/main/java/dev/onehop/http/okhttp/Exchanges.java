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

    private final RetiredConnections calls;
    private final TlsLayers layers;

    Exchanges(RetiredConnections calls, TlsLayers layers) {
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
        Optional<Attempt> begun = pod.begin();
        if (begun.isEmpty()) {
            return onRetired(chain, connection, pod);
        }
        var exchange = new PodExchange(begun.get(), chain.call(), pod, isMultiplexed(connection));
        calls.sending();
        try {
            return watched(chain.proceed(chain.request()), exchange, pod);
        } catch (IOException failure) {
            exchange.failed(failure);
            throw failure;
        } catch (RuntimeException | Error callersOwn) {
            exchange.abandoned();
            throw callersOwn;
        }
    }

    /**
     * Takes the connection out of the pool and begins again. Where that would repeat an earlier hop, an HTTP/1.1 connection
     * is closed instead, so that OkHttp finds it stale and takes another by itself.
     */
    private Response onRetired(Chain chain, Connection connection, PodSocket pod) throws IOException {
        boolean out = isOutOfThePool(connection);
        if (isMultiplexed(connection) && !out) {
            calls.sending();
            return chain.proceed(chain.request()); // better there than nowhere
        }
        if (!calls.mayBeginAgain() && !isMultiplexed(connection)) {
            pod.close();
            return chain.proceed(chain.request());
        }
        throw new RetiredConnections.Retired(pod.toString());
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
