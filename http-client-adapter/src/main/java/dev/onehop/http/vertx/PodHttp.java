package dev.onehop.http.vertx;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.http.HttpClientInternal;
import io.vertx.core.net.ProxyOptions;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP client whose requests wait for a connection to another pod where one fails, and are followed on theirs. A request
 * that its caller gets has a connection, and no byte of it has been sent.
 *
 * <p>Shared: safe from any thread.
 */
final class PodHttp implements Delegate.Instead {

    /** A request of Vert.x's own; without an exchange it goes to no pod. */
    private record Made(HttpClientRequest request, @Nullable Exchange exchange) {}

    private static final Logger log = LoggerFactory.getLogger(PodHttp.class);

    private final HttpClient http;
    private final PodConnections connections;
    private final Redials redials;

    PodHttp(HttpClient http, PodConnections connections, Redials redials) {
        this.http = http;
        this.connections = connections;
        this.redials = redials;
    }

    @Override
    public @Nullable Object call(Object proxy, Method method, @Nullable Object[] arguments, Delegate.Own own)
            throws Throwable {
        switch (method.getName()) {
            case "request" -> {
                return arguments.length == 1 && arguments[0] instanceof RequestOptions options
                        ? request(options)
                        : InvocationHandler.invokeDefault(proxy, method, arguments); // which comes by here
            }
            case "connect" -> {
                return redials.connecting(() -> Delegate.future(own));
            }
            default -> {
                return own.call();
            }
        }
    }

    private Future<HttpClientRequest> request(RequestOptions options) {
        var like = new RequestOptions(options);
        return made(options)
                .map(made -> made.exchange == null
                        ? made.request
                        : PodRequest.on(
                                made.request, made.exchange, () -> made(like).map(Made::request)));
    }

    private Future<Made> made(RequestOptions options) {
        long began = System.nanoTime();
        return redials.connecting(() -> http.request(inTime(options, began)).compose(made -> followed(made, options)));
    }

    private Future<Made> followed(HttpClientRequest request, RequestOptions options) {
        PodConnection pod = connections.of(request.connection());
        Exchange exchange = pod == null ? null : Exchange.follow(pod, request).orElse(null);
        if (pod == null || exchange != null) {
            followRedirects(request, exchange, options.getProxyOptions());
            return Future.succeededFuture(new Made(request, exchange));
        }
        return request.exceptionHandler(own -> log.trace("given back unsent", own)) // Vert.x would log an error
                .reset()
                .transform(unsent -> pod.left())
                .compose(left -> Future.failedFuture(new HttpClosedException("retired by Onehop")));
    }

    /** Hops are requests like any other, in place of Vert.x's own, which would not come by here. */
    private void followRedirects(HttpClientRequest request, @Nullable Exchange exchange, @Nullable ProxyOptions proxy) {
        if (http instanceof HttpClientInternal client) {
            request.redirectHandler(response -> {
                Future<RequestOptions> hop = client.redirectHandler().apply(response);
                if (hop == null) {
                    return null;
                }
                if (exchange != null) {
                    exchange.redirected(response);
                }
                return hop.compose(to -> made(to.setProxyOptions(proxy))).map(Made::request);
            });
        }
    }

    /** The same with what is left of its time to wait for a connection. */
    private static RequestOptions inTime(RequestOptions options, long began) {
        long patience = options.getConnectTimeout() >= 0 ? options.getConnectTimeout() : options.getTimeout();
        long gone = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        return patience <= 0 || gone == 0
                ? options
                : new RequestOptions(options).setConnectTimeout(Math.max(1, patience - gone));
    }
}
