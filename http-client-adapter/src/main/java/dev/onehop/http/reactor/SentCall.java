package dev.onehop.http.reactor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What of a call has been handed to connections so far, over all its hops: whether it may be made again. What is made again
 * is the call, from its first request on, and not the hop that failed (a {@code POST} that was redirected to a {@code GET}
 * stays a {@code POST}).
 *
 * <p>Shared: its hops follow one another, each on its channel's event loop.
 */
final class SentCall {

    /** Those of RFC 9110 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    /** So many connections of a pool may a call find closed. */
    private static final int MOST_STALE = 2;

    /** So many of its streams may be refused: reliability 3.1. */
    private static final int MOST_REFUSED = 1;

    /** So often may a call be made again. */
    static final int MOST = MOST_STALE + MOST_REFUSED;

    private volatile boolean begun;
    private volatile boolean earlierOnce;
    private volatile boolean once;
    private volatile boolean streamed;
    private final AtomicInteger stale = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

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
            earlierOnce |= once;
            once = !IDEMPOTENT.contains(request.method().name());
            streamed = false;
        }
        if (hasContent(msg)) {
            once = true;
            streamed |= !(msg instanceof HttpMessage);
        }
    }

    private static boolean hasContent(Object msg) {
        if (msg instanceof ByteBufHolder holder) {
            return holder.content().isReadable();
        }
        return !(msg instanceof HttpMessage) && (!(msg instanceof ByteBuf bytes) || bytes.isReadable());
    }

    /** One of its hops goes to somebody of whom nothing is known here. */
    void goesElsewhere() {
        earlierOnce = true;
    }

    /**
     * Its connection turned out to be closed. Returns whether the call is made again: nothing is lost or done twice then, and
     * what has no body is there to be sent.
     */
    boolean isMadeAgainAfterStale() {
        return begun && !earlierOnce && !once && stale.getAndIncrement() < MOST_STALE;
    }

    /**
     * Its pod has refused a stream, and has done nothing: that hop may be of any method, and a body that was sent as one is asked
     * for again. One that came in parts may be a stream that goes on where it was, and would be sent in part.
     */
    boolean isMadeAgainAfterRefusal() {
        once = false;
        return begun && !earlierOnce && !streamed && refused.getAndIncrement() < MOST_REFUSED;
    }
}
