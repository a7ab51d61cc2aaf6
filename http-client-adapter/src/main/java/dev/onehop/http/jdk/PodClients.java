package dev.onehop.http.jdk;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients that talk to pods: like the wrapped one, but HTTP/1.1 only, following no redirects, and knowing neither
 * cookies nor credentials, which {@link Call} handles on the Service's URL. The JDK fixes the connect timeout per client,
 * so there is one client per step of it, made when first needed: usually one with a second, for Services with several
 * pods, or one with the wrapped client's own, for those with a single pod.
 *
 * <p>Shared: safe from any thread.
 */
final class PodClients {

    private static final List<Duration> STEPS = List.of(Duration.ofSeconds(1), Duration.ofMillis(300));
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration ROUNDING = Duration.ofMillis(50);
    private static final Duration FOREVER = Duration.ofDays(365);

    private final HttpClient wrapped;
    private final ProxySelector proxies;
    private final Map<Duration, HttpClient> byConnectTimeout = new ConcurrentHashMap<>();
    private boolean stopped;

    PodClients(HttpClient wrapped, ProxySelector proxies) {
        this.wrapped = wrapped;
        this.proxies = proxies;
    }

    /**
     * The client for one dial.
     *
     * @param share how long this dial may take
     * @param left how long the whole call may still take: not much more than {@code share} on the last dial, where the
     *     request's own timeout keeps the time
     * @throws IOException when stopped
     */
    HttpClient forDial(Duration share, Duration left) throws IOException {
        Duration own = wrapped.connectTimeout().orElse(FOREVER);
        boolean last = share.multipliedBy(3).compareTo(left.multipliedBy(2)) > 0;
        Duration step = last ? own : step(share);
        Duration connectTimeout = step.compareTo(own) < 0 ? step : own;
        HttpClient made = byConnectTimeout.get(connectTimeout);
        return made == null ? made(connectTimeout) : made;
    }

    /** Those made so far. */
    List<HttpClient> all() {
        return List.copyOf(byConnectTimeout.values());
    }

    /** Makes no more; returns those made so far, which are then all there will ever be. */
    synchronized List<HttpClient> stop() {
        stopped = true;
        return all();
    }

    private synchronized HttpClient made(Duration connectTimeout) throws IOException {
        if (stopped) {
            throw new IOException("OnehopHttpClient is closed");
        }
        return byConnectTimeout.computeIfAbsent(connectTimeout, this::make);
    }

    /** The longest step within {@code share}; a third of three seconds, less what has passed since, is a second. */
    private static Duration step(Duration share) {
        return STEPS.stream()
                .filter(step -> step.compareTo(share.plus(ROUNDING)) <= 0)
                .findFirst()
                .orElse(SHORTEST);
    }

    private HttpClient make(Duration connectTimeout) {
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(proxies);
        wrapped.executor().ifPresent(client::executor);
        if (connectTimeout.compareTo(FOREVER) < 0) {
            client.connectTimeout(connectTimeout);
        }
        return client.build();
    }
}
