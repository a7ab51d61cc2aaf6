package dev.onehop.http.jdk;

import dev.onehop.Onehop;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpClient} whose requests to a Service's name go straight to one of its pods, picked anew for every request:
 *
 * <pre>{@code
 * HttpClient http = OnehopHttpClient.wrap(HttpClient.newHttpClient(), onehop);
 * http.send(HttpRequest.newBuilder(URI.create("http://api-service.shop/orders")).build(), BodyHandlers.ofString());
 * }</pre>
 *
 * <p>{@code http://} URLs that name one of our Services are translated: URL, {@code Host}, cookies, credentials, redirects
 * and {@code response.uri()} stay the Service's, only the connection goes to a pod, over HTTP/1.1. So are {@code https://}
 * URLs where the JVM runs with {@code -Djdk.httpclient.allowRestrictedHeaders=host}: with the wrapped client's keys and
 * trust, and the Service's name as SNI and as the one that certificates are checked against. A pod that cannot be connected
 * to, or does not show who it is, is replaced by another before a byte of the request is sent, whatever the method.
 * Everything else goes to the wrapped client as it is: other hosts, {@code https://} without that flag, requests that a
 * proxy is configured for, and push promises. WebSockets: see {@link #newWebSocketBuilder}.
 *
 * <p>Shared: safe from any thread, like the client it wraps.
 */
public final class OnehopHttpClient extends HttpClient implements AutoCloseable {

    private final Setup setup;
    private final HttpClient wrapped;

    OnehopHttpClient(Setup setup) {
        this.setup = setup;
        this.wrapped = setup.wrapped();
    }

    /** {@code client}, balanced by {@code onehop}, which stays the caller's to close. */
    public static OnehopHttpClient wrap(HttpClient client, Onehop onehop) {
        return builder(client, onehop).build();
    }

    /** As {@link #wrap}, for callers with more to say. */
    public static OnehopHttpClientBuilder builder(HttpClient client, Onehop onehop) {
        return new OnehopHttpClientBuilder(client, onehop);
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        Objects.requireNonNull(handler, "handler");
        if (setup.calls().isClosed()) {
            throw closed();
        }
        var target = setup.target(request);
        if (target.isEmpty()) {
            return wrapped.send(request, handler);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        setup.calls().begin();
        try {
            return new Call<>(setup, handler, Transport.BLOCKING, request).sendTo(target.get());
        } finally {
            setup.calls().end();
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        Objects.requireNonNull(handler, "handler");
        if (setup.calls().isClosed()) {
            return CompletableFuture.failedFuture(closed());
        }
        var target = setup.target(request);
        if (target.isEmpty()) {
            return wrapped.sendAsync(request, handler);
        }
        try {
            setup.calls().begin();
        } catch (IOException closed) {
            return CompletableFuture.failedFuture(closed);
        }
        return new Call<>(setup, handler, Transport.async(setup.executor()), request)
                .sendAsyncTo(target.get(), setup.calls()::end);
    }

    /** Goes to the wrapped client as it is when {@code pushHandler} is given: pushes need HTTP/2. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushHandler) {
        if (pushHandler == null) {
            return sendAsync(request, handler);
        }
        if (setup.calls().isClosed()) {
            return CompletableFuture.failedFuture(closed());
        }
        setup.bypass(request.uri());
        return wrapped.sendAsync(request, handler, pushHandler);
    }

    /**
     * WebSockets to a Service's name are opened at one of its pods, {@code ws://} and {@code wss://}, where the JVM runs with
     * the flag and the wrapped client has neither cookies nor credentials of its own; else by the wrapped client. A pod has
     * one until either side closes it, as far as the JDK reads: that is what its listener asks for.
     */
    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return new PodWebSocketBuilder(setup);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return wrapped.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return wrapped.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return wrapped.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return wrapped.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return wrapped.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return wrapped.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return wrapped.authenticator();
    }

    /** The wrapped client's; requests to our Services go over HTTP/1.1 all the same. */
    @Override
    public Version version() {
        return wrapped.version();
    }

    @Override
    public Optional<Executor> executor() {
        return wrapped.executor();
    }

    /**
     * Takes no more requests, waits for those under way, redirects included, and closes the connections to pods. The
     * wrapped client stays open: it is its maker's to close. Before Java 21 clients cannot be closed: then connections to
     * pods go with this object.
     */
    @Override
    public void close() {
        setup.calls().close();
        try {
            setup.calls().ended().get();
        } catch (InterruptedException e) {
            shutdownNow();
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of the calls never fails", e);
        }
        setup.pods().stop().forEach(Lifecycle::close);
    }

    /**
     * {@code HttpClient.shutdown()} of Java 21: takes no more requests; the connections to pods end with the last one under
     * way. The wrapped client stays open.
     */
    public void shutdown() {
        setup.calls().close();
        var unused = setup.calls().ended().thenRun(() -> setup.pods().stop().forEach(Lifecycle::shutdown));
    }

    /**
     * {@code HttpClient.shutdownNow()} of Java 21: takes no more requests and ends those to pods that are under way. The
     * wrapped client stays open.
     */
    public void shutdownNow() {
        setup.calls().close();
        setup.pods().stop().forEach(Lifecycle::shutdownNow);
    }

    /** {@code HttpClient.isTerminated()} of Java 21: whether it is shut down and nothing is under way. */
    public boolean isTerminated() {
        return setup.calls().ended().isDone() && setup.pods().all().stream().allMatch(Lifecycle::isTerminated);
    }

    /** {@code HttpClient.awaitTermination()} of Java 21. */
    public boolean awaitTermination(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            setup.calls().ended().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of the calls never fails", e);
        }
        boolean terminated = true;
        for (HttpClient client : setup.pods().all()) {
            terminated &= Lifecycle.awaitTermination(client, Duration.ofNanos(deadline - System.nanoTime()));
        }
        return terminated;
    }

    /** {@code Onehop over } and the wrapped client. */
    @Override
    public String toString() {
        return "Onehop over " + wrapped;
    }

    private static IOException closed() {
        return new IOException("OnehopHttpClient is closed");
    }
}
