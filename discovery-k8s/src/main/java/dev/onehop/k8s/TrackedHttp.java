package dev.onehop.k8s;

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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The JDK's HTTP client, plus a list of the requests that wait for their answer, so that they can be called off when it
 * is closed.
 *
 * <p>Shared: safe from any thread.
 */
final class TrackedHttp extends HttpClient {

    private final HttpClient client;
    private final AtomicLong requests = new AtomicLong();
    private final Map<Long, CompletableFuture<?>> unanswered = new ConcurrentHashMap<>();

    TrackedHttp(HttpClient client) {
        this.client = client;
    }

    HttpClient client() {
        return client;
    }

    int unanswered() {
        return unanswered.size();
    }

    /** Closes the connections of all requests that wait for their answer. */
    void cancelUnanswered() {
        unanswered.values().forEach(answer -> answer.cancel(true));
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return tracked(client.sendAsync(request, handler));
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushes) {
        return tracked(client.sendAsync(request, handler, pushes));
    }

    private <T> CompletableFuture<T> tracked(CompletableFuture<T> answer) {
        long number = requests.incrementAndGet();
        unanswered.put(number, answer);
        var unused = answer.whenComplete((response, cause) -> unanswered.remove(number));
        return answer;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        return client.send(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return client.newWebSocketBuilder();
    }
}
