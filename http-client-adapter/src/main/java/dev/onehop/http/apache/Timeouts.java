package dev.onehop.http.apache;

import java.time.Duration;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Apache's notion of time limits, and core's.
 *
 * <p>Pure functions.
 */
final class Timeouts {

    private static final Duration FOREVER = Duration.ofDays(365);

    private Timeouts() {}

    /** How long all dials of a connect may take together; Apache takes none and zero for "for ever". */
    static Duration ofConnect(@Nullable Timeout timeout) {
        return timeout != null && TimeValue.isPositive(timeout) ? timeout.toDuration() : FOREVER;
    }

    /** How long one dial may take, a millisecond at least. */
    static Timeout ofDial(Duration share) {
        return Timeout.ofMilliseconds(Math.max(1, share.toMillis()));
    }

    /** {@code attachment}, with a handshake timeout of its own cut to the dial's: without one, Apache takes the dial's. */
    static @Nullable Object handshakeWithin(@Nullable Object attachment, Timeout dial) {
        if (attachment instanceof TlsConfig config
                && config.getHandshakeTimeout() != null
                && (config.getHandshakeTimeout().isDisabled()
                        || config.getHandshakeTimeout().compareTo(dial) > 0)) {
            return TlsConfig.copy(config).setHandshakeTimeout(dial).build();
        }
        return attachment;
    }
}
