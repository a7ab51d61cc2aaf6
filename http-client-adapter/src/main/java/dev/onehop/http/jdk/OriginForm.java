package dev.onehop.http.jdk;

import dev.onehop.service.IpAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;

/**
 * The URL becomes the pod's and {@code Host} is set to the Service's: on the wire, an ordinary request. Works only where
 * the JVM lets programs set {@code Host}.
 *
 * <p>Immutable.
 */
final class OriginForm implements PodForm {

    /** What a JVM has to be run with. */
    static final String FLAG = "-Djdk.httpclient.allowRestrictedHeaders=host";

    /** Whether this JVM lets programs set {@code Host}; decided when its HTTP client is first used, and never again. */
    static boolean isAllowed() {
        try {
            HttpRequest.newBuilder(URI.create("http://localhost/")).header("Host", "localhost");
            return true;
        } catch (IllegalArgumentException restricted) {
            return false;
        }
    }

    @Override
    public boolean isFor(URI uri) {
        return "http".equalsIgnoreCase(uri.getScheme()) || PodForm.isHttps(uri);
    }

    @Override
    public boolean isForWebSockets() {
        return true;
    }

    /** Pods are dialled directly whatever the JVM's proxy settings say (reliability S-11). */
    @Override
    public ProxySelector proxies() {
        return HttpClient.Builder.NO_PROXY;
    }

    @Override
    public void address(HttpRequest.Builder onWire, HttpRequest request, InetSocketAddress pod) {
        onWire.uri(PodForm.onWire(request.uri(), IpAddress.of(pod.getAddress()).withPort(pod.getPort())));
        if (request.headers().firstValue("Host").isEmpty()) {
            onWire.setHeader("Host", host(request.uri()));
        }
    }

    /** {@code Host} as the JDK would send it: without the port when that is the scheme's. */
    static String host(URI uri) {
        int port = PodForm.port(uri);
        return port == PodForm.standardPort(uri) ? uri.getHost() : uri.getHost() + ":" + port;
    }
}
