package dev.onehop.http.jdk;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A pod's response as the Service's: asked by the caller's request, at the caller's URL.
 *
 * <p>Immutable.
 */
final class ServiceResponse<T> implements HttpResponse<T> {

    private final HttpResponse<T> response;
    private final HttpRequest request;
    private final @Nullable HttpResponse<T> previous;

    /** {@code previous} comes before all that {@code response} says came before itself. */
    ServiceResponse(HttpResponse<T> response, HttpRequest request, @Nullable HttpResponse<T> previous) {
        this.response = response;
        this.request = request;
        this.previous = previous;
    }

    @Override
    public int statusCode() {
        return response.statusCode();
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public Optional<HttpResponse<T>> previousResponse() {
        Optional<HttpResponse<T>> own = response.previousResponse();
        if (own.isPresent()) {
            return own.map(earlier -> new ServiceResponse<>(earlier, earlier.request(), previous));
        }
        return Optional.ofNullable(previous);
    }

    @Override
    public HttpHeaders headers() {
        return response.headers();
    }

    @Override
    public T body() {
        return response.body();
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return response.sslSession();
    }

    @Override
    public URI uri() {
        return request.uri();
    }

    @Override
    public HttpClient.Version version() {
        return response.version();
    }

    /** {@code HttpResponse.connectionLabel()} of Java 25. */
    public Optional<String> connectionLabel() {
        return Lifecycle.connectionLabel(response);
    }

    /** {@code (GET http://api-service.shop/orders) 200}, as the JDK's. */
    @Override
    public String toString() {
        return "(" + request.method() + " " + request.uri() + ") " + statusCode();
    }
}
