package dev.onehop.http.jetty;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What the client asks before each connect. For a Service it resolves nothing, but puts a transport of ours into the connect's
 * context, which picks when the client connects. It starts with its client, which forgets its listeners when it stops.
 *
 * <p>Shared: safe from any thread.
 */
final class PodResolver extends AbstractLifeCycle implements SocketAddressResolver {

    private final HttpClient client;
    private final Onehop onehop;
    private volatile @Nullable SocketAddressResolver others;

    /** @param own null for the one that the client would make for itself */
    PodResolver(HttpClient client, Onehop onehop, @Nullable SocketAddressResolver own) {
        this.client = client;
        this.onehop = onehop;
        this.others = own;
    }

    @Override
    protected void doStart() {
        client.getRequestListeners().addQueuedListener(PodExchange::followed);
    }

    @Override
    public void resolve(
            String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> addresses) {
        Optional<Balancer> balancer =
                isOverTcp(context) && !isProxied(context) ? onehop.forHost(host, port) : Optional.empty();
        if (balancer.isEmpty()) {
            others().resolve(host, port, context, addresses);
            return;
        }
        new PodTransport(client, balancer.get(), others(), host, context).installIn(context);
        addresses.succeeded(List.of(PodTransport.nobody(host, port)));
    }

    /** Not so with HTTP/3, whose transport is made of datagrams. */
    private static boolean isOverTcp(Map<String, Object> context) {
        Object transport = context.get(Transport.CONTEXT_KEY);
        Object innermost = transport instanceof Transport.Wrapper wrapper ? wrapper.unwrap() : transport;
        return innermost instanceof Transport.TCPIP;
    }

    /** Then host and port are the proxy's. */
    private static boolean isProxied(Map<String, Object> context) {
        return !(context.get(Destination.CONTEXT_KEY) instanceof Destination destination)
                || destination.getProxy() != null;
    }

    private SocketAddressResolver others() {
        SocketAddressResolver present = others;
        if (present == null) {
            present = new Async(client.getExecutor(), client.getScheduler(), client.getAddressResolutionTimeout());
            others = present; // a benign race: one is as good as another
        }
        return present;
    }
}
