package dev.onehop.http.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The URL stays the Service's and the pod is named as its HTTP proxy: the client connects to the pod and sends the whole
 * URL in the request line. The client asks for the proxy on the thread that sends the request, while it sends it, so the
 * picked pod is handed over there.
 *
 * <p>Immutable; the hand-over is per thread.
 */
final class AbsoluteForm implements PodForm {

    /**
     * Filled only while a request is handed to the client, so that one for all is enough. The JDK's own class, for threads
     * outlive applications and keep what they once had.
     */
    private static final ThreadLocal<AtomicReference<@Nullable InetSocketAddress>> DIALLED =
            ThreadLocal.withInitial(AtomicReference::new);

    /** Not {@code https}: that the client would ask a proxy to tunnel, by {@code CONNECT}. */
    @Override
    public boolean isFor(URI uri) {
        return "http".equalsIgnoreCase(uri.getScheme());
    }

    @Override
    public ProxySelector proxies() {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                InetSocketAddress pod = DIALLED.get().getPlain();
                if (pod == null) { // going on would dial the Service's name, past every rule
                    throw new IllegalStateException("no pod was picked for " + uri + " (expected: one per request)");
                }
                return List.of(new Proxy(Proxy.Type.HTTP, pod));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                // the attempt on the pod is told by whoever sent the request
            }
        };
    }

    @Override
    public boolean leaves(HttpRequest request) {
        URI uri = request.uri();
        return PodForm.isFit(uri, authority(uri));
    }

    @Override
    public void address(HttpRequest.Builder onWire, HttpRequest request, InetSocketAddress pod) {
        onWire.uri(onWire(request.uri()));
    }

    private static URI onWire(URI uri) {
        return PodForm.onWire(uri, authority(uri));
    }

    private static String authority(URI uri) {
        return uri.getPort() == -1 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    @Override
    public void dialling(InetSocketAddress pod) {
        DIALLED.get().setPlain(pod);
    }

    @Override
    public void dialled() {
        DIALLED.get().setPlain(null);
    }
}
