package dev.onehop.http.netty.dial;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a client waits for a connect: for all dials of it together, TLS handshakes included. */
public enum Patience {
    /** As long as its connect timeout says. */
    CONNECT_TIMEOUT,
    /** As long as its connect timeout says, and its handshake timeout where there is one. */
    CONNECT_AND_HANDSHAKE_TIMEOUT;

    private static final Duration FOREVER = Duration.ofDays(365);

    Duration of(Channel channel, @Nullable SslHandler tls) {
        long connect = channel.config().getConnectTimeoutMillis();
        if (this == CONNECT_TIMEOUT || tls == null) {
            return connect <= 0 ? FOREVER : Duration.ofMillis(connect);
        }
        long handshake = tls.getHandshakeTimeoutMillis();
        return connect <= 0 || handshake <= 0 ? FOREVER : Duration.ofMillis(connect + handshake);
    }
}
