package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a WebSocket is to be like, and opens it at a pod where the URL names one of our Services, else through the
 * wrapped client.
 *
 * <p>Not thread-safe, as the JDK's own.
 */
final class PodWebSocketBuilder implements WebSocket.Builder {

    private final Setup setup;
    private final List<String> headers = new ArrayList<>();
    private List<String> subprotocols = List.of();
    private @Nullable Duration timeout;

    PodWebSocketBuilder(Setup setup) {
        this.setup = setup;
    }

    @Override
    public WebSocket.Builder header(String name, String value) {
        headers.add(Objects.requireNonNull(name, "name"));
        headers.add(Objects.requireNonNull(value, "value"));
        return this;
    }

    @Override
    public WebSocket.Builder connectTimeout(Duration timeout) {
        this.timeout = Objects.requireNonNull(timeout, "timeout");
        return this;
    }

    @Override
    public WebSocket.Builder subprotocols(String mostPreferred, String... lesserPreferred) {
        List<String> all = new ArrayList<>(List.of(mostPreferred));
        all.addAll(List.of(lesserPreferred));
        subprotocols = List.copyOf(all);
        return this;
    }

    @Override
    public CompletableFuture<WebSocket> buildAsync(URI uri, WebSocket.Listener listener) {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(listener, "listener");
        var asked = new Asked(uri, List.copyOf(headers), subprotocols, timeout);
        Optional<Balancer> balancer = asked.overHttp().flatMap(setup::webSocketTarget);
        if (balancer.isEmpty()) {
            return asked.by(setup.wrapped(), timeout).buildAsync(uri, listener);
        }
        return new PodWebSocketCall(setup, asked, listener).to(balancer.get());
    }

    /**
     * What a caller asked for.
     *
     * <p>Immutable.
     *
     * @param headers names and values in turn
     * @param timeout for the opening handshake; null for none
     */
    record Asked(
            URI uri,
            List<String> headers,
            List<String> subprotocols,
            @Nullable Duration timeout) {

        /** The URL of the opening handshake; empty where the JDK refuses what is asked, in words of its own. */
        Optional<URI> overHttp() {
            String scheme = String.valueOf(uri.getScheme());
            boolean is = scheme.equalsIgnoreCase("ws") || scheme.equalsIgnoreCase("wss");
            boolean refused =
                    uri.getRawFragment() != null || (timeout != null && (timeout.isNegative() || timeout.isZero()));
            return is && !refused
                    ? Optional.of(URI.create("http" + uri.toString().substring(2)))
                    : Optional.empty();
        }

        boolean namesHost() {
            for (int i = 0; i < headers.size(); i += 2) {
                if (headers.get(i).equalsIgnoreCase("Host")) {
                    return true;
                }
            }
            return false;
        }

        /** A builder of {@code client}'s that asks for all of it, and may take this long. */
        WebSocket.Builder by(HttpClient client, @Nullable Duration within) {
            WebSocket.Builder builder = client.newWebSocketBuilder();
            for (int i = 0; i < headers.size(); i += 2) {
                builder.header(headers.get(i), headers.get(i + 1));
            }
            if (!subprotocols.isEmpty()) {
                builder.subprotocols(
                        subprotocols.get(0),
                        subprotocols.subList(1, subprotocols.size()).toArray(String[]::new));
            }
            return within == null ? builder : builder.connectTimeout(within);
        }
    }
}
