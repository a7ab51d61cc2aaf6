package dev.onehop.http.reactor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Set;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What of a call has been handed to connections so far, over all its hops: whether it may be made a second time. What is
 * made again is the call, from its first request on, and not the hop that failed (a {@code POST} that was redirected to a
 * {@code GET} stays a {@code POST}).
 *
 * <p>Shared: its hops follow one another, each on its channel's event loop.
 */
final class SentCall {

    /** Those of RFC 9110 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private volatile boolean begun;
    private volatile boolean once;

    /** {@code context} for a call of its own. */
    static Context in(Context context) {
        return context.put(SentCall.class, new SentCall());
    }

    /** The call that {@code context} is of. Where nobody makes calls again, it is one that is not to be made again. */
    static SentCall of(ContextView context) {
        if (context.hasKey(SentCall.class)) {
            return context.get(SentCall.class);
        }
        SentCall unmade = new SentCall();
        unmade.goesElsewhere();
        return unmade;
    }

    void wrote(Object msg) {
        if (msg instanceof HttpRequest request) {
            begun = true;
            once |= !IDEMPOTENT.contains(request.method().name());
        }
        if (msg instanceof ByteBufHolder holder) {
            once |= holder.content().isReadable();
        } else if (!(msg instanceof HttpMessage)) {
            once |= !(msg instanceof ByteBuf bytes) || bytes.isReadable();
        }
    }

    /** One of its hops goes to somebody of whom nothing is known here. */
    void goesElsewhere() {
        once = true;
    }

    /** Whether nothing is lost or done twice when it is made again: what has no body is there to be sent. */
    boolean isRepeatable() {
        return begun && !once;
    }
}
