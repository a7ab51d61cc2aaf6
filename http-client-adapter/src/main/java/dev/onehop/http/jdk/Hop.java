package dev.onehop.http.jdk;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * One request on the way to the caller's response, addressed as its caller wrote it or a redirect named it.
 *
 * <p>Immutable.
 *
 * @param redirects how many led here
 * @param asked how often an authenticator was asked on the way
 * @param authorization what to send besides the request's own headers
 * @param previous the response that led here
 */
record Hop<T>(
        HttpRequest request,
        int redirects,
        int asked,
        @Nullable String authorization,
        @Nullable HttpResponse<T> previous) {

    Hop<T> redirected(HttpRequest to, @Nullable String authorization) {
        return new Hop<>(to, redirects + 1, asked, authorization, null);
    }

    Hop<T> authorized(String authorization) {
        return new Hop<>(request, redirects, asked + 1, authorization, null);
    }

    Hop<T> after(HttpResponse<T> response) {
        return new Hop<>(request, redirects, asked, authorization, response);
    }
}
