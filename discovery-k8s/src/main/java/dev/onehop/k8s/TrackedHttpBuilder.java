package dev.onehop.k8s;

import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Passes fabric8's settings on to the JDK's builder, except for redirects: an API server sends none, and following one
 * would show our token to whoever it names.
 *
 * <p>Not thread-safe.
 */
final class TrackedHttpBuilder implements HttpClient.Builder {

    private final HttpClient.Builder settings;
    private final Function<HttpClient.Builder, HttpClient> building;

    TrackedHttpBuilder(HttpClient.Builder settings, Function<HttpClient.Builder, HttpClient> building) {
        this.settings = settings.followRedirects(Redirect.NEVER);
        this.building = building;
    }

    @Override
    public HttpClient build() {
        return building.apply(settings);
    }

    @Override
    public HttpClient.Builder followRedirects(Redirect policy) {
        return this;
    }

    @Override
    public HttpClient.Builder cookieHandler(CookieHandler cookieHandler) {
        settings.cookieHandler(cookieHandler);
        return this;
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration duration) {
        settings.connectTimeout(duration);
        return this;
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext sslContext) {
        settings.sslContext(sslContext);
        return this;
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters sslParameters) {
        settings.sslParameters(sslParameters);
        return this;
    }

    @Override
    public HttpClient.Builder executor(Executor executor) {
        settings.executor(executor);
        return this;
    }

    @Override
    public HttpClient.Builder version(Version version) {
        settings.version(version);
        return this;
    }

    @Override
    public HttpClient.Builder priority(int priority) {
        settings.priority(priority);
        return this;
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector proxySelector) {
        settings.proxy(proxySelector);
        return this;
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator authenticator) {
        settings.authenticator(authenticator);
        return this;
    }
}
