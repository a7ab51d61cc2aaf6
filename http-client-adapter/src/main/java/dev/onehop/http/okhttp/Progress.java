package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How far a call has come, over all its hops.
 *
 * <p>Driven by the call's thread.
 */
final class Progress {

    private final @Nullable Upgrade upgrade;
    private @Nullable PodExchange last;
    private boolean sent;
    private int refused;

    /** @param upgrade where the call asks for one */
    Progress(@Nullable Upgrade upgrade) {
        this.upgrade = upgrade;
    }

    /** Of a call that one does not know of, nor what it has sent. */
    static Progress unknown() {
        var progress = new Progress(null);
        progress.sent = true;
        return progress;
    }

    /** Whether something of it was sent, or is about to be, by an earlier hop perhaps. */
    boolean isSent() {
        return sent;
    }

    /**
     * Something is about to be sent.
     *
     * @return whether something was before
     */
    boolean sending() {
        boolean before = sent;
        sent = true;
        return before;
    }

    /** An exchange was answered. */
    void answered() {
        refused = 0; // another may follow
    }

    /** What to throw for what an exchange has failed by: as if nothing had been sent where the pod has done nothing with it. */
    IOException toThrow(IOException failure, boolean sentBefore) {
        boolean isRefused = Http2Ends.isRefused(failure);
        if (!isRefused && !Http2Ends.isTooLate(failure)) {
            return failure;
        }
        sent = sentBefore;
        if (isRefused) {
            refused++;
        }
        return refused > 1 ? new RefusedAgain(failure) : failure;
    }

    /** What was begun on the connection for an upgrade, to be ended by the caller; null where nothing was. */
    @Nullable Attempt upgrading() {
        return upgrade == null ? null : upgrade.handOver();
    }

    /** Whether an upgrade found its connection retired; asked once each time. */
    boolean wasTooLate() {
        return upgrade != null && upgrade.wasTooLate();
    }

    /** An exchange is under way; the one before is over, whoever has seen its end. */
    void begun(PodExchange exchange) {
        letGo();
        last = exchange;
    }

    /** Nobody wants more of what is under way. */
    void letGo() {
        PodExchange open = last;
        if (open != null) {
            open.letGo();
        }
    }
}
