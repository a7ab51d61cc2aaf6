package dev.onehop.http.reactor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Set;

/**
 * What of a request has been handed to the connection so far: whether it may be sent a second time.
 *
 * <p>Not thread-safe: its channel's event loop's.
 */
final class SentRequest {

    /** Those of RFC 9110 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private boolean idempotent;
    private boolean body;

    void begin() {
        idempotent = false;
        body = false;
    }

    void wrote(Object msg) {
        if (msg instanceof HttpRequest request) {
            idempotent = IDEMPOTENT.contains(request.method().name());
        }
        if (msg instanceof ByteBufHolder holder) {
            body |= holder.content().isReadable();
        } else if (!(msg instanceof HttpMessage)) {
            body |= !(msg instanceof ByteBuf bytes) || bytes.isReadable();
        }
    }

    /** Whether nothing is lost or done twice when it is sent again: what has no body is there to be sent. */
    boolean isRepeatable() {
        return idempotent && !body;
    }
}
