package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import java.util.Objects;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Jetty's {@link HttpClient} over Onehop: connections go to a Service's pods, while the URL, {@code Host}, SNI, the name that
 * a certificate is checked for, and the destination with its pool stay the Service's.
 *
 * <pre>{@code
 * HttpClient http = OnehopJetty.on(new HttpClient(), onehop);
 * http.start();
 * http.GET("http://orders.shop/orders/7");
 * }</pre>
 *
 * <p>What the client was set to do it goes on to do: transport (HTTP/1.1, HTTP/2, or both), pools, TLS, listeners,
 * cookies and authentication are its own, and its resolver resolves all other names, and the Service's own where there is
 * nothing to pick from. A connect fails over to other pods before a byte of a request is sent, TLS handshake included, all of
 * it within the client's connect timeout. Where a proxy applies to the Service, connections go by the proxy and not by
 * Onehop.
 *
 * <p>Shared: safe from any thread, once started.
 */
public final class OnehopJetty {

    private OnehopJetty() {}

    /**
     * Sets {@code client} up to go over {@code onehop}: every exchange is an attempt of its own, HTTP/2's streams too;
     * connections whose pod leaves are closed when idle, and take no further request.
     *
     * @param client one that has not been started, and whose {@code SocketAddressResolver}, if any, has been set; set
     *     afterwards, it would take the place of Onehop
     * @return {@code client}
     * @throws IllegalStateException when the client is started
     */
    public static HttpClient on(HttpClient client, Onehop onehop) {
        Objects.requireNonNull(onehop, "onehop");
        if (client.isStarted() || client.isStarting()) {
            throw new IllegalStateException("client: " + client + " is started (expected: on(...) before start())");
        }
        SocketAddressResolver own = client.getSocketAddressResolver();
        client.setSocketAddressResolver(new PodResolver(client, onehop, own));
        if (own != null) {
            client.addBean(own); // the client lets its former resolver go
        }
        return client;
    }
}
