package dev.onehop.http.reactor;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a response so far.
 *
 * <p>Serial: an exchange's own, on its channel's event loop.
 */
final class HeardResponse {

    private static final int SWITCHING_PROTOCOLS = 101;

    private boolean something;
    private boolean informational;
    private int status;
    private @Nullable Duration retryAfter;

    /** A byte has come, of which there may be no part yet. */
    void something() {
        something = true;
    }

    boolean isSomething() {
        return something;
    }

    /** Takes note of {@code part}. Returns whether the exchange ends with it. */
    boolean endsWith(HttpObject part) {
        if (part instanceof HttpResponse response) {
            something = true;
            int code = response.status().code();
            informational = HttpStatusClass.INFORMATIONAL.contains(code) && code != SWITCHING_PROTOCOLS;
            if (!informational) {
                status = code;
                String after = response.headers().get(HttpHeaderNames.RETRY_AFTER);
                retryAfter = after == null
                        ? null
                        : RetryAfter.parse(after, Instant.now()).orElse(Cooling.UNSAID);
            }
        }
        if (!(part instanceof LastHttpContent)) {
            return false;
        }
        boolean first = informational;
        informational = false;
        return !first && !isOfAnotherProtocol();
    }

    /** What is spoken from then on ends with the connection. */
    boolean isOfAnotherProtocol() {
        return status == SWITCHING_PROTOCOLS;
    }

    void answered(Attempt done) {
        done.answered(status, retryAfter);
    }
}
