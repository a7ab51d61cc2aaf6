package dev.onehop.k8s;

import dev.onehop.service.Printable;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import org.jspecify.annotations.Nullable;

/**
 * fabric8's HTTP client with its own retries off, and what must be closed with it: nothing when it is borrowed.
 *
 * <p>Shared: safe from any thread.
 */
final class ApiConnection implements AutoCloseable {

    private final KubernetesClient client;
    private final @Nullable OwnTransport transport;
    private final HttpClient http;

    private ApiConnection(KubernetesClient client, @Nullable OwnTransport transport) {
        this.client = client;
        this.transport = transport;
        http = client.getHttpClient()
                .newBuilder()
                .tag(new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    static ApiConnection borrowed(KubernetesClient client) {
        return new ApiConnection(client, null);
    }

    /**
     * Connects to nothing yet.
     *
     * @throws IllegalArgumentException when certificates or keys cannot be read, or the address is none
     */
    static ApiConnection own(Config config) {
        var transport = new OwnTransport();
        try {
            KubernetesClient client = new KubernetesClientBuilder()
                    .withConfig(config)
                    .withHttpClientFactory(transport)
                    .build();
            return new ApiConnection(client, transport);
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

    HttpClient http() {
        return http;
    }

    /** Ends in a slash. */
    String baseUrl() {
        String url = client.getConfiguration().getMasterUrl();
        return url.endsWith("/") ? url : url + "/";
    }

    /** How many requests of an own client wait for the head of their answer. */
    int unanswered() {
        return transport == null ? 0 : transport.unanswered();
    }

    @Override
    public void close() {
        if (transport != null) {
            transport.cancelUnanswered();
            client.close();
            transport.close();
        }
    }
}
