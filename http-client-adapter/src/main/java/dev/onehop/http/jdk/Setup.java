package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.FallbackReason;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all calls of one {@link OnehopHttpClient} share, and which requests are ours at all.
 *
 * <p>Shared: safe from any thread.
 */
final class Setup {

    private static final Logger log = LoggerFactory.getLogger(OnehopHttpClient.class);

    private final HttpClient wrapped;
    private final Onehop onehop;
    private final PodForm form;
    private final PodClients pods;
    private final Proxies proxies;
    private final OpenCalls calls = new OpenCalls();
    private final Redirects redirects;
    private final Cookies cookies;
    private final Credentials credentials;
    private final AtomicBoolean told = new AtomicBoolean();

    Setup(HttpClient wrapped, Onehop onehop, PodForm form) {
        this.wrapped = wrapped;
        this.onehop = onehop;
        this.form = form;
        this.pods = new PodClients(wrapped, form.proxies());
        this.proxies = new Proxies(wrapped, System::nanoTime);
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
        if (form.isFor(uri)) {
            Optional<Balancer> ours = balancer(uri);
            return ours.isPresent() && proxies.isFor(uri) ? Optional.empty() : ours;
        }
        if (bypass(uri) && PodForm.isHttps(uri) && told.compareAndSet(false, true)) {
            log.warn(
                    "https requests to Services go to their ClusterIPs, {} is the first: Host can be kept over TLS only "
                            + "where the JVM runs with {}",
                    uri.getHost(),
                    OriginForm.FLAG);
        }
        return Optional.empty();
    }

    /**
     * Whose pods the WebSocket goes to whose opening handshake is a request to {@code uri}. Cookies and credentials in it are
     * the wrapped client's business, which cannot be kept on the Service's URL: its responses are not seen.
     */
    Optional<Balancer> webSocketTarget(URI uri) {
        if (form.isForWebSockets()
                && wrapped.cookieHandler().isEmpty()
                && wrapped.authenticator().isEmpty()) {
            return balancer(uri).filter(ours -> !proxies.isFor(uri));
        }
        bypass(uri);
        return Optional.empty();
    }

    /**
     * Counts a request to one of our Services that we cannot translate; one for a proxy was never ours.
     *
     * @return whether there was something to count
     */
    boolean bypass(URI uri) {
        if (proxies.isFor(uri)) {
            return false;
        }
        Optional<Balancer> ours = balancer(uri);
        ours.ifPresent(balancer -> balancer.bypassed(FallbackReason.PROTOCOL_UNSUPPORTED));
        return ours.isPresent();
    }

    private Optional<Balancer> balancer(URI uri) {
        String host = uri.getHost();
        return host == null ? Optional.empty() : onehop.forHost(host, PodForm.port(uri));
    }
}
