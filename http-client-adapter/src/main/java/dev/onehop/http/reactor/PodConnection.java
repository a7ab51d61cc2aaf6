package dev.onehop.http.reactor;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.Connection;

/**
 * A connection of the client's to a pod, from when it stands until it is closed. A retired one is not taken from the pool
 * any more; it is closed a moment later, lest the pool has just given it to somebody, who then has it to the end.
 *
 * <p>Serial: on its channel's event loop, but for {@link #retired} and {@link #close}.
 */
final class PodConnection implements HeldConnection.Closing, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PodConnection.class);

    private static final AttributeKey<PodConnection> KEY = AttributeKey.valueOf(PodConnection.class, "connection");

    /** From when the pool has given a connection to when that is known here; reliability 3.4 allows for 100 ms in all. */
    private static final long GIVEN_MILLIS = 20;

    /** Whoever the connection was made for has taken it by then, or has gone. */
    private static final long WANTED_MILLIS = 1_000;

    private final Channel channel;
    private final HeldConnection held;
    private final Future<?> unwanted;
    private int leases;
    private long begun;

    private PodConnection(Attempt made, Channel channel) {
        this.channel = channel;
        this.held = made.hold(this);
        this.unwanted = channel.eventLoop().schedule(this::unwanted, WANTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The connection that {@code attempt} has made. */
    static PodConnection of(Attempt attempt, Channel channel) {
        var connection = new PodConnection(attempt, channel);
        channel.attr(KEY).set(connection);
        channel.closeFuture().addListener(closed -> {
            connection.unwanted.cancel(false);
            connection.held.gone();
        });
        return connection;
    }

    /** The connection of a channel, or of the channel whose stream it is; null where it goes to nobody of ours. */
    static @Nullable PodConnection behind(Channel channel) {
        Channel socket = channel.parent() == null ? channel : channel.parent();
        return socket.hasAttr(KEY) ? socket.attr(KEY).get() : null;
    }

    /** An exchange begins; null where the connection was retired just now, and the exchange is of nobody's concern. */
    @Nullable Attempt begin() {
        unwanted.cancel(false);
        leases++;
        begun++;
        return held.begin().orElse(null);
    }

    /** Which exchange has begun just now, for {@link #isReusedAlone}: counted from 1, and 0 where others are under way. */
    long turn() {
        return leases == 1 ? begun : 0;
    }

    /**
     * Whether the connection was idle after an exchange before this one, which has had it to itself since. Only then may
     * it have been closed for idleness (reliability 3.1): where neighbours are served, a break is no such thing.
     */
    boolean isReusedAlone(long turn) {
        return turn > 1 && turn == begun;
    }

    /** An exchange is over, and its attempt has been ended. */
    void ended() {
        leases--;
        if (held.isRetired()) {
            close();
        }
    }

    /** From any thread: no exchange is to begin. */
    @Override
    public void retired() {
        Connection.from(channel).markPersistent(false); // HTTP/1.1: closed instead of given back
        try {
            channel.eventLoop().execute(this::takeNoStreams);
        } catch (RejectedExecutionException shutDown) {
            // its channels are closed
        }
    }

    /** From any thread: it is not needed any more. */
    @Override
    public void close() {
        retired();
        try {
            var unused = channel.eventLoop().schedule(this::closeUnlessGiven, GIVEN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException shutDown) {
            // its channels are closed
        }
    }

    private void closeUnlessGiven() {
        if (leases == 0) {
            var unused = channel.close();
        }
    }

    /** HTTP/2: as if the server had said that it takes no streams any more, but for those that are under way. */
    private void takeNoStreams() {
        Http2FrameCodec codec = channel.pipeline().get(Http2FrameCodec.class);
        if (codec == null) {
            return;
        }
        Http2Connection connection = codec.connection();
        try {
            if (!connection.goAwayReceived()) {
                connection.goAwayReceived(Integer.MAX_VALUE, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER);
            }
        } catch (Http2Exception e) {
            log.debug("{} goes on taking streams", channel, e);
        }
    }

    /** The pool has it, and nobody has asked for it: it is idle. */
    private void unwanted() {
        if (begun == 0) {
            held.begin().ifPresent(Attempt::close);
        }
    }
}
