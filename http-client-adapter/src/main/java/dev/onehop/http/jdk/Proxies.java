package dev.onehop.http.jdk;

import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which requests the wrapped client would send through a proxy, by its own selector or the JVM's: those were never ours. The
 * JDK's own selectors answer by scheme and host, and asking them costs more than all else that is asked of a request, so
 * their answers are kept for a second; an application's selectors are asked every time.
 *
 * <p>Shared: safe from any thread.
 */
final class Proxies {

    /** How long a change of the JVM's proxy settings may go unnoticed. */
    static final Duration KEPT = Duration.ofSeconds(1);

    private static final long KEPT_NANOS = KEPT.toNanos();
    private static final int MOST = 1_000;

    private final HttpClient wrapped;
    private final LongSupplier nanoTime;

    /** By host. */
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    private record Answer(ProxySelector selector, String scheme, boolean isProxied, long nanos) {

        boolean isGood(ProxySelector asked, String askedScheme, long nowNanos) {
            return nowNanos - nanos < KEPT_NANOS && selector.equals(asked) && scheme.equals(askedScheme);
        }
    }

    Proxies(HttpClient wrapped, LongSupplier nanoTime) {
        this.wrapped = wrapped;
        this.nanoTime = nanoTime;
    }

    /** Whether {@code uri} would be asked of a proxy. */
    boolean isFor(URI uri) {
        ProxySelector selector = wrapped.proxy().orElseGet(ProxySelector::getDefault);
        if (selector == null) {
            return false;
        }
        String host = uri.getHost();
        String scheme = uri.getScheme();
        boolean isJdks = selector.getClass().getModule() == Object.class.getModule();
        if (!isJdks || host == null || scheme == null) {
            return selects(selector, uri);
        }
        long nowNanos = nanoTime.getAsLong();
        Answer known = answers.get(host);
        if (known != null && known.isGood(selector, scheme, nowNanos)) {
            return known.isProxied();
        }
        boolean isProxied = selects(selector, uri);
        if (known == null && answers.size() >= MOST) {
            answers.clear();
        }
        answers.put(host, new Answer(selector, scheme, isProxied, nowNanos));
        return isProxied;
    }

    private static boolean selects(ProxySelector selector, URI uri) {
        List<Proxy> proxies = selector.select(uri);
        return !proxies.isEmpty() && proxies.get(0).type() == Proxy.Type.HTTP;
    }
}
