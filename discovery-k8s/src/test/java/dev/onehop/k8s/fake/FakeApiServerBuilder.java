package dev.onehop.k8s.fake;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link FakeApiServer} to be started; all have a default.
 *
 * <p>Serial: used by one thread, then forgotten.
 */
public final class FakeApiServerBuilder {
    String address = "127.0.0.1";
    int port;
    boolean tls;

    @Nullable String token;

    int history = 10_000;
    Duration bookmarkEvery = Duration.ofSeconds(60);

    FakeApiServerBuilder() {}

    /** The IP address to listen on (default: 127.0.0.1). */
    public FakeApiServerBuilder address(String ip) {
        address = ip;
        return this;
    }

    /** The port to listen on (default: 0, any free one). */
    public FakeApiServerBuilder port(int number) {
        port = number;
        return this;
    }

    /** Serves HTTPS with a self-signed certificate made at start (default: plain HTTP). */
    public FakeApiServerBuilder tls() {
        tls = true;
        return this;
    }

    /** Requires this bearer token (default: none is required). */
    public FakeApiServerBuilder token(String bearerToken) {
        token = bearerToken;
        return this;
    }

    /** How many changes can be watched from the past (default: 10,000; expected: 0 or more). */
    public FakeApiServerBuilder history(int changes) {
        history = changes;
        return this;
    }

    /** The time between bookmarks on a watch that asked for them (default: 60 s). */
    public FakeApiServerBuilder bookmarkEvery(Duration interval) {
        bookmarkEvery = interval;
        return this;
    }

    /**
     * Starts a server with these settings.
     *
     * @throws IllegalArgumentException for a setting outside its range
     * @throws java.io.UncheckedIOException when the address cannot be listened on
     */
    public FakeApiServer start() {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0..65535)");
        }
        if (history < 0) {
            throw new IllegalArgumentException("history: " + history + " (expected: 0 or more)");
        }
        if (bookmarkEvery.isNegative() || bookmarkEvery.isZero()) {
            throw new IllegalArgumentException("bookmarkEvery: " + bookmarkEvery + " (expected: more than zero)");
        }
        return new FakeApiServer(this);
    }

    InetAddress ip() {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address: " + address + " (expected: an IP address)", e);
        }
    }
}
