package dev.onehop.examples.quickstart;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.http.jdk.OnehopHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A client of one Service, as an application would write it: it knows the Service's name and nothing of pods. Its
 * Onehop is the opener's to close.
 *
 * <p>Shared: safe from any thread.
 */
record ServiceClient(Balancer balancer, OnehopHttpClient http, URI uri) implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * Opens a client.
     *
     * @param address {@code service[.namespace]:port}
     * @param path such as {@code /health}
     */
    static ServiceClient open(Onehop onehop, String address, String path) {
        Balancer balancer = onehop.balancer(address);
        OnehopHttpClient http = OnehopHttpClient.wrap(
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build(), onehop);
        return new ServiceClient(balancer, http, URI.create("http://" + address + path));
    }

    /** Sends a GET to the Service. */
    HttpResponse<String> get() throws IOException, InterruptedException {
        return get(uri);
    }

    /** Sends a GET that ends its connection, so that the next one needs a new one. */
    HttpResponse<String> getAndHangUp() throws IOException, InterruptedException {
        return get(URI.create(uri + "?close"));
    }

    /**
     * Follows the snapshots that picks are made from.
     *
     * @return ends it
     */
    Runnable follow(Consumer<Eligible> listener) {
        AutoCloseable subscription = balancer.onChange(listener);
        return () -> {
            try {
                subscription.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).GET().build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Override
    public void close() {
        http.close();
    }
}
