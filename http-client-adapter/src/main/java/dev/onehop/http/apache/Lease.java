package dev.onehop.http.apache;

import dev.onehop.HeldConnection;
import org.jspecify.annotations.Nullable;

/**
 * From lease to release a connection carries one exchange, which begins with the lease, or with the connect where there was
 * no connection to lease.
 *
 * <p>Used by one caller; abandoned from any thread.
 */
final class Lease {

    private volatile @Nullable Exchange exchange;

    /** Begins on a connection that was kept; false where Onehop has retired it, so that another is to be made. */
    boolean begins(HeldConnection connection) {
        exchange =
                connection.begin().map(attempt -> new Exchange(attempt, true)).orElse(null);
        return exchange != null;
    }

    /** Begins on a connection just made; null where it is not to a Service. */
    void connected(@Nullable HeldConnection connection) {
        Exchange before = exchange;
        if (connection != null && (before == null || before.hasEnded())) {
            exchange = connection
                    .begin()
                    .map(attempt -> new Exchange(attempt, false))
                    .orElse(null);
        }
    }

    /** The exchange that a request belongs to: a second request before the release is a second exchange. */
    @Nullable Exchange next(@Nullable HeldConnection connection) {
        Exchange now = exchange;
        if (now == null || !now.hasAnswer()) {
            return now;
        }
        now.completed();
        exchange = null;
        return connection != null && begins(connection) ? exchange : null;
    }

    /** The client needs the connection no more; had it wanted it closed, {@link #abandoned} would have come before. */
    void released() {
        Exchange ending = exchange;
        if (ending != null) {
            ending.completed();
        }
    }

    /** The client closes the connection. */
    void abandoned() {
        Exchange ending = exchange;
        if (ending != null) {
            ending.abandoned();
        }
    }
}
