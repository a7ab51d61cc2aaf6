package dev.onehop.http.netty.dial;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connect of the client, which tries channel after channel, as core's failover sees it: one call, which dials backend
 * after backend. The failure of a dial is told to core when the next channel asks for its turn, so that no attempt is ever
 * open without a channel that will end it.
 *
 * <p>Shared: its steps follow one another, on the channels' event loop or where core completes.
 */
public class PodCall {

    /** One channel's turn. */
    interface Turn {

        /**
         * Dials.
         *
         * @param outcome is to be completed when the connection stands; a failure goes to {@link PodCall#failed}
         */
        void dial(Attempt attempt, Duration timeout, CompletableFuture<AutoCloseable> outcome);

        /** There is nobody left to dial. */
        void refuse(Throwable failure);
    }

    private record Failed(CompletableFuture<AutoCloseable> outcome, Throwable cause) {}

    private final Balancer balancer;
    private volatile @Nullable Turn turn;
    private volatile @Nullable Failed failed;
    private volatile @Nullable Throwable over;
    private volatile boolean begun;

    /** A call that picks from {@code balancer}, once a channel asks for its turn. */
    public PodCall(Balancer balancer) {
        this.balancer = balancer;
    }

    /**
     * Asks for the next dial.
     *
     * @param timeout for the whole call; only the first one counts
     */
    void next(Duration timeout, Turn taken) {
        Throwable end = over;
        Failed last = failed;
        turn = taken;
        failed = null;
        if (end != null) {
            taken.refuse(end);
        } else if (!begun) {
            begun = true;
            var unused = balancer.connectAsync(timeout, this::dial).whenComplete((connection, failure) -> {
                if (failure != null) {
                    refuse(
                            failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure);
                }
            });
        } else if (last != null) {
            last.outcome.completeExceptionally(last.cause); // core dials again, or gives up
        } else {
            taken.refuse(new IllegalStateException("another dial of the same connect is under way or has succeeded"));
        }
    }

    /** The dial that {@code outcome} is of has failed, and its attempt has been ended. */
    protected void failed(CompletableFuture<AutoCloseable> outcome, Throwable cause) {
        failed = new Failed(outcome, cause);
    }

    /** Whether there is nobody left to dial. */
    public boolean isOver() {
        return over != null;
    }

    private CompletionStage<AutoCloseable> dial(Attempt attempt, Duration timeout) {
        var outcome = new CompletableFuture<AutoCloseable>();
        Turn present = turn;
        if (present == null) {
            throw new IllegalStateException("core dials, and nobody asked for it");
        }
        present.dial(attempt, timeout, outcome);
        return outcome;
    }

    private void refuse(Throwable failure) {
        over = failure;
        Turn present = turn;
        if (present != null) {
            present.refuse(failure);
        }
    }
}
