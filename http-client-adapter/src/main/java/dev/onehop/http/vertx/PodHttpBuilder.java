package dev.onehop.http.vertx;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.http.HttpClientInternal;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds HTTP clients whose connections and requests are followed.
 *
 * <p>Serial, as builders are.
 */
final class PodHttpBuilder implements Delegate.Instead {

    private final HttpClientBuilder builder;
    private final PodConnections connections;
    private final Redials redials;

    private PodHttpBuilder(HttpClientBuilder builder, PodConnections connections, Redials redials) {
        this.builder = builder;
        this.connections = connections;
        this.redials = redials;
    }

    static HttpClientBuilder on(HttpClientBuilder builder, PodConnections connections, Redials redials) {
        builder.withConnectHandler(following(connections, null));
        return Delegate.of(builder, HttpClientBuilder.class, new PodHttpBuilder(builder, connections, redials));
    }

    @Override
    @SuppressWarnings("unchecked")
    public @Nullable Object call(Object proxy, Method method, @Nullable Object[] arguments, Delegate.Own own)
            throws Throwable {
        switch (method.getName()) {
            case "withConnectHandler" -> {
                builder.withConnectHandler(following(connections, (Handler<HttpConnection>) arguments[0]));
                return proxy;
            }
            case "build" -> {
                var built = (HttpClientAgent) Objects.requireNonNull(own.call());
                refusePipelining(built);
                return Delegate.of(built, HttpClientAgent.class, new PodHttp(built, connections, redials));
            }
            default -> {
                Object answer = own.call();
                return answer == builder ? proxy : answer;
            }
        }
    }

    private static void refusePipelining(HttpClientAgent built) {
        if (built instanceof HttpClientInternal client && client.options().isPipelining()) {
            var unused = built.close();
            throw new IllegalArgumentException("HttpClientOptions.pipelining is true, expected false:"
                    + " a connection that Onehop may retire has one HTTP/1.1 request at a time");
        }
    }

    private static Handler<HttpConnection> following(
            PodConnections connections, @Nullable Handler<HttpConnection> user) {
        return http -> {
            connections.pooled(http);
            if (user != null) {
                user.handle(http);
            }
        };
    }
}
