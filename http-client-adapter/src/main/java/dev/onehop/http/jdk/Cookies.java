package dev.onehop.http.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.Optional;

/**
 * The wrapped client's cookies, kept on the Service's URL whichever pod answers.
 *
 * <p>Shared: safe from any thread, as far as the handler is.
 */
record Cookies(Optional<CookieHandler> handler) {

    /** Adds what the handler has for {@code request}. */
    void addTo(HttpRequest.Builder onWire, HttpRequest request) throws IOException {
        if (handler.isPresent()) {
            handler.get()
                    .get(request.uri(), request.headers().map())
                    .forEach((name, values) -> values.forEach(value -> onWire.header(name, value)));
        }
    }

    /** Gives the handler what came back. */
    void keep(URI uri, HttpHeaders headers) {
        if (handler.isPresent()) {
            try {
                handler.get().put(uri, headers.map());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
