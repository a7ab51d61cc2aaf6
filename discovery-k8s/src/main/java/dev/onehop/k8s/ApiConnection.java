package dev.onehop.k8s;

import dev.onehop.service.Printable;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * fabric8's HTTP client with its own retries off, and what must be closed with it: nothing when it is borrowed.
 *
 * <p>fabric8 reads certificates once. So when TLS fails, the configuration is read again, and where it names other
 * certificates than before, a new client takes the old one's place: an authority that is rotated needs no restart
 * (C-14).
 *
 * <p>Shared: safe from any thread; one monitor guards the exchange.
 */
final class ApiConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ApiConnection.class);

    /** fabric8's own name of it, which is no constant there. */
    private static final String REQUEST_LOG = "HttpLogging";

    /** A client, what it is made of, and the certificates it was made with. */
    private record Open(
            KubernetesClient client, @Nullable OwnTransport transport, HttpClient http, String certificates) {

        static Open of(KubernetesClient client, @Nullable OwnTransport transport, String certificates) {
            HttpClient http = client.getHttpClient()
                    .newBuilder()
                    .tag(new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                            .withRequestRetryBackoffLimit(0)
                            .build())
                    .addOrReplaceInterceptor(REQUEST_LOG, null) // at TRACE it prints the Authorization header (S-17)
                    .build();
            return new Open(client, transport, http, certificates);
        }

        void close() {
            if (transport != null) {
                transport.cancelUnanswered();
                client.close();
                transport.close();
            }
        }
    }

    private final @Nullable Supplier<Config> source;
    private final String baseUrl;
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile Open open;
    private boolean closed;

    private ApiConnection(@Nullable Supplier<Config> source, Open open) {
        this.source = source;
        this.open = open;
        String url = open.client().getConfiguration().getMasterUrl();
        baseUrl = url.endsWith("/") ? url : url + "/";
    }

    static ApiConnection borrowed(KubernetesClient client) {
        return new ApiConnection(null, Open.of(client, null, ""));
    }

    /**
     * Connects to nothing yet.
     *
     * @param source reads the configuration, anew each time
     * @throws IllegalArgumentException when certificates or keys cannot be read, or the address is none
     */
    static ApiConnection own(Supplier<Config> source) {
        return new ApiConnection(source, connect(source.get()));
    }

    private static Open connect(Config config) {
        var transport = new OwnTransport();
        try {
            String certificates = Certificates.fingerprint(config);
            KubernetesClient client = new KubernetesClientBuilder()
                    .withConfig(config)
                    .withHttpClientFactory(transport)
                    .build();
            return Open.of(client, transport, certificates);
        } catch (RuntimeException unusable) {
            throw new IllegalArgumentException(
                    "Kubernetes client configuration for " + Printable.of(String.valueOf(config.getMasterUrl()))
                            + " is unusable (expected: an http or https URL, readable certificates and keys): "
                            + Printable.of(rootOf(unusable).toString()),
                    unusable);
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** GETs what is at this path of the API server, relative to its address. */
    ListWatch.Call get(String path, Duration timeout, HttpCall.Handler handler) {
        return HttpCall.get(open.http(), baseUrl + path, timeout, new HttpCall.Handler() {
            @Override
            public void opened() {
                handler.opened();
            }

            @Override
            public void bytes(List<ByteBuffer> bytes, Runnable more) throws Exception {
                handler.bytes(bytes, more);
            }

            @Override
            public void ended(@Nullable Trouble trouble, @Nullable Throwable cause) {
                if (isTls(cause)) {
                    renewAside();
                }
                handler.ended(trouble, cause);
            }
        });
    }

    /** How many requests of an own client wait for the head of their answer. */
    int unanswered() {
        OwnTransport transport = open.transport();
        return transport == null ? 0 : transport.unanswered();
    }

    @Override
    public synchronized void close() {
        closed = true;
        open.close();
    }

    private static boolean isTls(@Nullable Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /** On a thread of its own: reading a configuration may read files and run a credential plugin. */
    private void renewAside() {
        Supplier<Config> again = source;
        if (again != null && renewing.compareAndSet(false, true)) {
            var thread = new Thread(
                    () -> {
                        try {
                            renew(again);
                        } finally {
                            renewing.set(false);
                        }
                    },
                    "onehop-k8s-renew");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void renew(Supplier<Config> again) {
        Open old = open;
        Open next;
        try {
            Config config = again.get();
            if (Certificates.fingerprint(config).equals(old.certificates())) {
                return;
            }
            next = connect(config);
        } catch (RuntimeException unusable) {
            log.warn(
                    "TLS with the API server fails, and its configuration cannot be read again: {}",
                    Printable.of(String.valueOf(unusable.getMessage())));
            return;
        }
        synchronized (this) {
            if (closed) {
                next.close();
                return;
            }
            open = next;
        }
        log.info("the API server's certificates have changed in the configuration: connects anew");
        old.close();
    }
}
