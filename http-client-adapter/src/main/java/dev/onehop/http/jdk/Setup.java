package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.FallbackReason;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * What all calls of one {@link OnehopHttpClient} share, and which requests are ours at all.
 *
 * <p>Shared: safe from any thread.
 */
final class Setup {

    private final HttpClient wrapped;
    private final Onehop onehop;
    private final PodForm form;
    private final PodClients pods;
    private final OpenCalls calls = new OpenCalls();
    private final Redirects redirects;
    private final Cookies cookies;
    private final Credentials credentials;

    Setup(HttpClient wrapped, Onehop onehop, PodForm form) {
        this.wrapped = wrapped;
        this.onehop = onehop;
        this.form = form;
        this.pods = new PodClients(wrapped, form.proxies());
        this.redirects = Redirects.as(wrapped.followRedirects());
        this.cookies = new Cookies(wrapped.cookieHandler());
        this.credentials = new Credentials(wrapped.authenticator());
    }

    HttpClient wrapped() {
        return wrapped;
    }

    PodForm form() {
        return form;
    }

    PodClients pods() {
        return pods;
    }

    OpenCalls calls() {
        return calls;
    }

    Redirects redirects() {
        return redirects;
    }

    Cookies cookies() {
        return cookies;
    }

    Credentials credentials() {
        return credentials;
    }

    Executor executor() {
        return wrapped.executor().orElseGet(ForkJoinPool::commonPool);
    }

    /** Whose pods {@code request} goes to; empty when it is not ours and goes to the wrapped client as it is. */
    Optional<Balancer> target(HttpRequest request) {
        URI uri = request.uri();
        if (!"http".equalsIgnoreCase(uri.getScheme()) || form.equals(PodForm.NONE)) {
            bypass(request);
            return Optional.empty();
        }
        return balancer(uri, 80).filter(ours -> !isProxied(uri));
    }

    /** Counts a request to one of our Services that we cannot translate; one for a proxy was never ours. */
    void bypass(HttpRequest request) {
        if (isProxied(request.uri())) {
            return;
        }
        int port = "https".equalsIgnoreCase(request.uri().getScheme()) ? 443 : 80;
        balancer(request.uri(), port).ifPresent(ours -> ours.bypassed(FallbackReason.PROTOCOL_UNSUPPORTED));
    }

    private Optional<Balancer> balancer(URI uri, int defaultPort) {
        String host = uri.getHost();
        int port = uri.getPort() == -1 ? defaultPort : uri.getPort();
        return host == null ? Optional.empty() : onehop.forHost(host, port);
    }

    /** Whether the wrapped client would send {@code uri} through a proxy, by its own selector or the JVM's. */
    private boolean isProxied(URI uri) {
        ProxySelector selector = wrapped.proxy().orElseGet(ProxySelector::getDefault);
        return selector != null
                && selector.select(uri).stream().limit(1).anyMatch(proxy -> proxy.type() == Proxy.Type.HTTP);
    }
}
