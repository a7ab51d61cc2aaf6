package dev.onehop.http.vertx;

import dev.onehop.Onehop;
import io.vertx.core.VertxBuilder;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.net.NetClient;
import io.vertx.core.transport.Transport;
import java.util.Objects;

/**
 * Vert.x's clients over Onehop: connections go to a Service's pods, while the URL, {@code Host}, SNI, the name that a
 * certificate is checked for, and the pool's key stay the Service's.
 *
 * <pre>{@code
 * OnehopVertx pods = OnehopVertx.of(onehop);
 * Vertx vertx = pods.on(Vertx.builder()).build();                           // connects go to pods
 * HttpClientAgent http = pods.on(vertx.httpClientBuilder()).build();        // failover, outcomes, draining
 * WebClient web = WebClient.wrap(http);
 * }</pre>
 *
 * <p>The first line is for whatever makes TCP connections by that Vert.x, its SQL clients too: each connect picks a pod,
 * and its end is known. What the others add is known of HTTP only, and of clients that are made by them. Names that are
 * not ours, and the Service's own where there is nothing to pick from, are resolved by Vert.x, as ever; where a proxy
 * applies, it is asked for the Service's name.
 *
 * <p>Shared: safe from any thread. A client is to be made by the one that its Vert.x was made by.
 */
public final class OnehopVertx {

    private final Onehop onehop;
    private final PodConnections connections = new PodConnections();
    private final Redials redials = new Redials();

    private OnehopVertx(Onehop onehop) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
    }

    /** Over {@code onehop}, which stays the caller's to close, after the Vert.x. */
    public static OnehopVertx of(Onehop onehop) {
        return new OnehopVertx(onehop);
    }

    /**
     * Has the builder's Vert.x dial pods, over NIO.
     *
     * @return {@code builder}
     */
    public VertxBuilder on(VertxBuilder builder) {
        return on(builder, Transport.NIO);
    }

    /**
     * Has the builder's Vert.x dial pods, over {@code transport}: a native one, for example.
     *
     * @return {@code builder}
     */
    public VertxBuilder on(VertxBuilder builder, Transport transport) {
        Objects.requireNonNull(transport, "transport");
        return builder.withTransport(
                new PodTransport(transport, new PodSockets(transport.implementation(), onehop, connections, redials)));
    }

    /**
     * The builder's clients try other pods where a connect or a TLS handshake fails, tell Onehop how each exchange went,
     * and close connections whose pods leave. A {@code withConnectHandler} is to be set on what this returns.
     */
    public HttpClientBuilder on(HttpClientBuilder builder) {
        return PodHttpBuilder.on(builder, connections, redials);
    }

    /** {@code client}, which tries other pods where a connect or a TLS handshake fails. */
    public NetClient on(NetClient client) {
        return Delegate.of(
                client,
                NetClient.class,
                (proxy, method, arguments, own) -> method.getName().equals("connect")
                        ? redials.connecting(() -> Delegate.future(own))
                        : own.call());
    }
}
