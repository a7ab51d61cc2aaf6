package dev.onehop.http.reactor;

import dev.onehop.Onehop;
import io.netty.resolver.AddressResolverGroup;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.http.HttpResources;
import reactor.netty.http.client.HttpClient;
import reactor.netty.tcp.TcpClient;
import reactor.netty.transport.ClientTransport;

/**
 * Reactor Netty's clients, and so Spring's {@code WebClient}, over Onehop: connections go to a Service's pods, while the
 * URL, {@code Host}, SNI, the name that a certificate is checked for, and the pool's key stay the Service's.
 *
 * <pre>{@code
 * HttpClient http = OnehopReactor.on(HttpClient.create(), onehop);
 * http.get().uri("http://orders.shop/orders/7").responseContent();
 * }</pre>
 *
 * <p>What the client was set to do it goes on to do: its resolver resolves all other names, and the Service's own where
 * there is nothing to pick from; its pool, TLS, hooks, observers and options are its own. A connect fails over to other
 * pods before a byte is sent, TLS handshake included, all within the connect timeout.
 * Where a proxy applies to the Service's name, connections go by the proxy and not by Onehop; set it before.
 *
 * <p>A call of which all requests are idempotent and have no body is made again, twice at most, when a connection that
 * was idle in the pool turns out to have been closed by its pod. A call whose HTTP/2 stream is refused by its pod, which says
 * so that it has done nothing, is made again once, by any method: its body is subscribed to again. Not so where {@code
 * disableRetry(true)} was set before, as it is to be where bodies can be had only once.
 *
 * <p>Shared: safe from any thread. Make the client once and keep it: what this returns has connections of its own.
 */
public final class OnehopReactor {

    private OnehopReactor() {}

    /**
     * {@code client} over {@code onehop}. Every exchange is an attempt of its own, HTTP/2's streams too; connections
     * whose pod leaves are closed when idle, and take no further request.
     */
    public static HttpClient on(HttpClient client, Onehop onehop) {
        HttpClient over = on(
                client,
                new PodResolverGroup(
                        onehop,
                        own(
                                client.configuration().resolver(),
                                HttpResources.get().getOrCreateDefaultResolver())),
                new HttpLeases());
        return client.configuration().isRetryDisabled() ? over : over.mapConnect(OnehopReactor::madeAgain);
    }

    /**
     * {@code client} over {@code onehop}. What is spoken is not known: from the pool and back is one attempt, of which
     * only the connect is judged.
     */
    public static TcpClient on(TcpClient client, Onehop onehop) {
        return on(
                client,
                new PodResolverGroup(
                        onehop,
                        own(
                                client.configuration().resolver(),
                                HttpResources.get().getOrCreateDefaultResolver())),
                new TcpLeases());
    }

    private static <T extends ClientTransport<T, ?>> T on(T client, PodResolverGroup group, ConnectionObserver leases) {
        return client.resolver(group)
                .doOnChannelInit(new PodChannelInit(group.others()))
                .observe(leases);
    }

    private static Mono<? extends Connection> madeAgain(Mono<? extends Connection> connect) {
        return madeAgain(connect, SentCall.MOST).contextWrite(SentCall::in);
    }

    /** Without {@code retryWhen}, which has every call pay for what few of them need. */
    private static <T extends Connection> Mono<T> madeAgain(Mono<T> connect, int most) {
        return most == 0
                ? connect
                : connect.onErrorResume(SentAgainException.class, bySentCall -> madeAgain(connect, most - 1));
    }

    private static AddressResolverGroup<?> own(
            @Nullable AddressResolverGroup<?> set, AddressResolverGroup<?> otherwise) {
        return set == null ? Objects.requireNonNull(otherwise) : set;
    }
}
