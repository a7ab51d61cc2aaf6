package dev.onehop.http.jdk;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;

/**
 * How a request to a Service gets to a pod with its {@code Host} still the Service's. The JDK's client has no hook for
 * that, so there are two ways round: {@link OriginForm} and, for {@code http://} only, {@link AbsoluteForm}.
 */
interface PodForm {

    /** No way: requests to Services go to their ClusterIPs. */
    PodForm NONE = new PodForm() {
        @Override
        public boolean isFor(URI uri) {
            return false;
        }

        @Override
        public ProxySelector proxies() {
            return HttpClient.Builder.NO_PROXY;
        }

        @Override
        public void address(HttpRequest.Builder onWire, HttpRequest request, InetSocketAddress pod) {
            throw new IllegalStateException("no way to keep Host, so there should be no pod to go to");
        }
    };

    /** Whether it keeps {@code Host} for URLs of this scheme. */
    boolean isFor(URI uri);

    /** Whether it keeps {@code Host} for the opening handshakes of WebSockets, which the JDK tunnels through proxies. */
    default boolean isForWebSockets() {
        return false;
    }

    /** What the clients that talk to pods use. */
    ProxySelector proxies();

    /** Whether {@link #address} would leave a copy of {@code request} as it is. */
    default boolean leaves(HttpRequest request) {
        return false;
    }

    /** Makes {@code onWire}, a copy of {@code request}, go to {@code pod}. */
    void address(HttpRequest.Builder onWire, HttpRequest request, InetSocketAddress pod);

    /** On this thread the client is about to begin a request made by {@link #address}; {@link #dialled} follows. */
    default void dialling(InetSocketAddress pod) {
        // the request says where to
    }

    /** It has begun, or not. */
    default void dialled() {
        // nothing was kept
    }

    static boolean isHttps(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** The port that {@code uri} names, or its scheme's. */
    static int port(URI uri) {
        return uri.getPort() == -1 ? standardPort(uri) : uri.getPort();
    }

    /** 443 or 80. */
    static int standardPort(URI uri) {
        return isHttps(uri) ? 443 : 80;
    }

    /**
     * The part of {@code uri} that belongs on the wire, at another authority: no user information, no fragment, a path
     * even when it is empty, and ASCII only.
     */
    static URI onWire(URI uri, String authority) {
        if (isFit(uri, authority)) {
            return uri;
        }
        String path = uri.getRawPath();
        String query = uri.getRawQuery();
        String text = (isHttps(uri) ? "https://" : "http://")
                + authority
                + (path == null || path.isEmpty() ? "/" : path)
                + (query == null ? "" : "?" + query);
        URI onWire = URI.create(text);
        String ascii = onWire.toASCIIString();
        return ascii.equals(text) ? onWire : URI.create(ascii);
    }

    /** Whether all of {@code uri} belongs on the wire, at this authority, as it is written. */
    static boolean isFit(URI uri, String authority) {
        return authority.equals(uri.getRawAuthority()) // which has the user information
                && (isHttps(uri) ? "https" : "http").equals(uri.getScheme())
                && uri.getRawFragment() == null
                && !uri.getRawPath().isEmpty()
                && uri.toASCIIString().equals(uri.toString());
    }
}
