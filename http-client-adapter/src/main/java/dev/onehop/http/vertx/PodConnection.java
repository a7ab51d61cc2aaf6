package dev.onehop.http.vertx;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import dev.onehop.health.Signal;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A connection of Vert.x's to a pod, from when it stands until it is closed. Of one that speaks HTTP for a client of ours,
 * the exchanges are known, and Vert.x shuts it down when it is retired: at once where it is idle, else after the exchanges
 * under way. Any other is its user's, and one attempt for as long as it is open.
 *
 * <p>Shared: safe from any thread.
 */
final class PodConnection implements HeldConnection.Closing, AutoCloseable {

    /** Whoever the connection was made for has taken it by then, or has gone. */
    private static final long WANTED_MILLIS = 1_000;

    /** HTTP/2: within this time, a request that has begun is sent; before, it has no stream, and nobody knows of it. */
    private static final long GIVEN_MILLIS = 20;

    /** Nothing under way is cut. */
    private static final long SHUTDOWN_DAYS = 365;

    private final Attempt made;
    private final Channel channel;
    private final Wire wire;
    private final HeldConnection held;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong underWay = new AtomicLong();
    private volatile @Nullable HttpConnection http;

    /** On the channel's event loop. */
    private boolean shutDown;

    PodConnection(Attempt made, Channel channel) {
        this.made = made;
        this.channel = channel;
        this.wire = new Wire(channel);
        this.held = made.hold(this);
        after(0, wire::watch);
    }

    /** What it knows of its end. */
    Wire wire() {
        return wire;
    }

    /** It is this one in the pool of a client of ours. */
    void isPooledAs(HttpConnection pooled) {
        http = pooled;
        after(WANTED_MILLIS, this::unwanted);
    }

    /** The pool has it, and nobody has asked for it: it is idle. */
    private void unwanted() {
        if (begun.get() == 0) {
            held.begin().ifPresent(Attempt::close);
        }
    }

    /** An exchange begins; empty where the connection is retired, and another is to be used. */
    Optional<Attempt> begin() {
        underWay.incrementAndGet();
        Optional<Attempt> attempt = held.begin();
        if (attempt.isPresent()) {
            begun.incrementAndGet();
        } else {
            underWay.decrementAndGet();
        }
        return attempt;
    }

    /** Which exchange has begun just now, for {@link #isReusedAlone}: from 1, and 0 where others are under way. */
    long turn() {
        return underWay.get() == 1 ? begun.get() : 0;
    }

    /**
     * Whether the connection was idle after an exchange before this one, which has had it to itself since. Only then may
     * it have been closed for idleness (reliability 3.1).
     */
    boolean isReusedAlone(long turn) {
        return turn > 1 && turn == begun.get();
    }

    /** An exchange is over, and its attempt is about to be ended. */
    void ended() {
        underWay.decrementAndGet();
    }

    /** The channel is closed. */
    void gone() {
        if (begun.get() > 0 || !wire.isMute()) {
            held.gone();
            return;
        }
        try {
            channel.eventLoop().execute(this::unused); // TLS says why only after it has closed the channel
        } catch (RejectedExecutionException shutDown) {
            held.gone();
        }
    }

    /** As good as not connected: its pod has not said a word of HTTP/2, without which no request begins. */
    private void unused() {
        Throwable broken = wire.broken();
        if (!wire.isClosedByUser()) {
            made.failed(broken != null && Breaks.isOurs(broken) ? Signal.TLS_CLIENT_REFUSED : Signal.CONNECT_REFUSED);
        }
        held.gone();
    }

    /**
     * What a client of ours has got from the pool, but is retired, is on its way out of it. HTTP/1.1: whoever
     * gets it has it alone, and nothing is under way on it, though a reader may not have taken the whole of the last answer.
     *
     * @return when the pool does not have it any more
     */
    Future<Void> left() {
        Promise<Void> left = Promise.promise();
        after(wire.isHttp2() ? GIVEN_MILLIS : 0, () -> {
            if (wire.isHttp2()) {
                shutDown();
            } else {
                var unused = channel.close();
            }
            left.complete();
        });
        return left.future();
    }

    @Override
    public void close() {
        if (http == null) {
            var unused = channel.close();
        } else {
            after(0, this::shutDown);
        }
    }

    /** Out of the pool now, and closed when Vert.x has nothing under way on it, which redirects may be that it follows. */
    private void shutDown() {
        HttpConnection pooled = http;
        if (pooled != null && !shutDown) {
            shutDown = true;
            wire.quietly(() -> {
                var unused = pooled.shutdown(SHUTDOWN_DAYS, TimeUnit.DAYS);
            });
        }
    }

    private void after(long millis, Runnable step) {
        try {
            var unused = channel.eventLoop().schedule(step, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException shutDown) {
            // its channels are closed
        }
    }
}
