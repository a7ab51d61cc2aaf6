package dev.onehop.http.apache;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import java.util.Optional;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * From lease to release a connection carries one exchange, which begins with the lease, or with the connect where there was
 * no connection to lease; or several, where the client goes on with it: after a redirect, or to say who it is.
 *
 * <p>Used by one caller; abandoned from any thread.
 */
final class Lease {

    /** What the exchange is on; null where that is not to a Service, or not made. */
    private @Nullable HeldConnection connection;

    private @Nullable Exchange exchange;
    private boolean released;

    /** Begins on a connection that was kept; false where Onehop has retired it, so that another is to be made. */
    synchronized boolean begins(HeldConnection kept) {
        exchange = kept.begin().map(attempt -> new Exchange(attempt, true)).orElse(null);
        connection = exchange == null ? null : kept;
        return exchange != null;
    }

    /**
     * Begins on a connection just made, even where another had been leased, which was found closed.
     *
     * @param made null where it is not to a Service
     */
    void connected(@Nullable HeldConnection made) {
        Exchange before = null;
        Exchange late = null;
        synchronized (this) {
            if (made == null || made != connection || exchange == null || exchange.hasEnded()) {
                before = exchange;
                exchange = made == null ? null : begun(made.begin(), false);
                connection = made;
                late = released ? exchange : null;
            }
        }
        abandon(before);
        abandon(late); // the caller has left during the connect
    }

    /**
     * The exchange that a request belongs to: a second request before the release is a second exchange, for which the
     * connection is kept even where it is retired.
     *
     * @return null where the connection is not to a Service
     * @throws NoHttpResponseException where Onehop has closed the connection: nothing was sent
     */
    @Nullable Exchange next() throws NoHttpResponseException {
        Exchange before = null;
        Exchange now;
        synchronized (this) {
            now = exchange;
            if (connection == null) {
                return null;
            }
            if (now == null || now.hasEnded() || now.hasAnswer()) {
                before = now;
                now = begun(connection.beginAnyway(), true);
                exchange = now;
            }
        }
        if (before != null) {
            before.over(); // when the next has begun, lest the connection counts as idle in between
        }
        if (now == null) {
            throw new Unprocessed("the connection was retired before the request was sent");
        }
        return now;
    }

    private static @Nullable Exchange begun(Optional<Attempt> attempt, boolean onUsedConnection) {
        return attempt.map(open -> new Exchange(open, onUsedConnection)).orElse(null);
    }

    /** The client needs the connection no more; had it wanted it closed, {@link #abandoned} would have come before. */
    void released() {
        Exchange ending;
        synchronized (this) {
            released = true;
            ending = exchange;
        }
        if (ending != null) {
            ending.over();
        }
    }

    /** The client closes the connection. */
    void abandoned() {
        Exchange ending;
        synchronized (this) {
            ending = exchange;
        }
        abandon(ending);
    }

    private static void abandon(@Nullable Exchange exchange) {
        if (exchange != null) {
            exchange.abandoned();
        }
    }
}
