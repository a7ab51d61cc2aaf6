package dev.onehop.http.jdk;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The clients that talk to pods: like the wrapped one, but HTTP/1.1 only, following no redirects, and knowing neither
 * cookies nor credentials, which {@link Call} handles on the Service's URL. The JDK fixes the connect timeout per client,
 * so there is one client per step of it, made when first needed: usually one with a second, for Services with several
 * pods, or one with the wrapped client's own, for those with a single pod; somewhat less than its own for a pod that is
 * the last to be tried, or that a first view was waited for. It fixes TLS per client too, and keeps
 * connections by the pod's address alone: so {@code https} has clients of its own for every name of a Service, or a
 * connection that has shown one Service's certificate would be used for another.
 *
 * <p>Shared: safe from any thread.
 */
final class PodClients {

    private static final long SECOND_NANOS = 1_000_000_000;

    /** Close enough to one another that a dial of 100 ms to 2 s has three quarters of its share at least. */
    private static final long[] STEPS_NANOS = LongStream.of(1_500, 1_000, 800, 600, 450, 300, 200, 150)
            .map(millis -> millis * 1_000_000)
            .toArray();

    /** A dial takes no less; with {@link #ROUNDING_NANOS} it is why a call may end a tenth of a second after its connect timeout. */
    private static final long SHORTEST_NANOS = 100_000_000;

    /** What a share may lack for a step: a third of three seconds, less what has passed since, is a second. */
    private static final long ROUNDING_NANOS = 50_000_000;

    private static final Duration FOREVER = Duration.ofDays(365);

    private final HttpClient wrapped;
    private final ProxySelector proxies;
    private final Map<Kind, HttpClient> made = new ConcurrentHashMap<>();
    private final long ownNanos;

    /** The last one asked for: most requests ask for the same. */
    private volatile @Nullable Plain lastPlain;

    private boolean stopped;

    PodClients(HttpClient wrapped, ProxySelector proxies) {
        this.wrapped = wrapped;
        this.proxies = proxies;
        this.ownNanos = wrapped.connectTimeout()
                .filter(asked -> asked.compareTo(FOREVER) < 0)
                .orElse(FOREVER)
                .toNanos();
    }

    /**
     * What a client cannot change once it is made.
     *
     * @param tlsName of the Service; null without TLS
     */
    private record Kind(long connectNanos, @Nullable String tlsName) {}

    /** One without TLS. */
    private record Plain(long connectNanos, HttpClient client) {}

    /**
     * The client for one dial.
     *
     * @param uri the Service's
     * @param share how long this dial may take
     * @param left how long the whole call may still take: where that is no more than {@code share}, the request's own
     *     timeout keeps the time
     * @throws IOException when stopped
     */
    HttpClient forDial(URI uri, Duration share, Duration left) throws IOException {
        long most = share.toNanos() + ROUNDING_NANOS;
        long step = left.toNanos() <= most ? ownNanos : Math.min(ownNanos, step(most));
        if (PodForm.isHttps(uri)) {
            return known(new Kind(step, NamedTls.name(uri.getHost())));
        }
        Plain last = lastPlain;
        if (last == null || last.connectNanos() != step) {
            last = new Plain(step, known(new Kind(step, null)));
            lastPlain = last;
        }
        return last.client();
    }

    private HttpClient known(Kind kind) throws IOException {
        HttpClient known = made.get(kind);
        return known == null ? made(kind) : known;
    }

    /** Those made so far. */
    List<HttpClient> all() {
        return List.copyOf(made.values());
    }

    /** Makes no more; returns those made so far, which are then all there will ever be. */
    synchronized List<HttpClient> stop() {
        stopped = true;
        return all();
    }

    private synchronized HttpClient made(Kind kind) throws IOException {
        if (stopped) {
            throw new IOException("OnehopHttpClient is closed");
        }
        return made.computeIfAbsent(kind, this::make);
    }

    /**
     * The longest step within {@code most}: the wrapped client's own; or whole seconds less, as dials before this one have taken them, as
     * long as that is more than the steps that all have; or a part of it; or one of those steps.
     */
    private long step(long most) {
        if (ownNanos <= most) {
            return ownNanos;
        }
        long less = ownNanos - (ownNanos - most + SECOND_NANOS - 1) / SECOND_NANOS * SECOND_NANOS;
        long longest = longer(0, Math.max(less, SECOND_NANOS), most);
        longest = longer(longest, ownNanos / 8 * 7, most);
        longest = longer(longest, ownNanos / 4 * 3, most);
        longest = longer(longest, ownNanos / 2, most);
        for (long step : STEPS_NANOS) {
            longest = longer(longest, step, most);
        }
        return longest == 0 ? SHORTEST_NANOS : longest;
    }

    private static long longer(long longest, long step, long most) {
        return step <= most ? Math.max(longest, step) : longest;
    }

    private HttpClient make(Kind kind) {
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(proxies);
        wrapped.executor().ifPresent(client::executor);
        if (kind.connectNanos() < FOREVER.toNanos()) {
            client.connectTimeout(Duration.ofNanos(kind.connectNanos()));
        }
        if (kind.tlsName() != null) {
            client.sslContext(NamedTls.context(wrapped.sslContext(), kind.tlsName()))
                    .sslParameters(NamedTls.parameters(wrapped.sslParameters(), kind.tlsName()));
        }
        return client.build();
    }
}
