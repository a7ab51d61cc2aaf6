package dev.onehop;

import dev.onehop.eligible.Eligible;
import java.util.Optional;

/**
 * A Service port as a {@link Balancer} holds it while it is followed: where its attempts come from, the first and those
 * that go on after a failed one. A port that was let go and is used again is another one of these.
 *
 * <p>Immutable; its parts are safe from any thread.
 */
record FollowedPort(ServicePipeline pipeline, Picks picks, FirstAttempts first) {

    FollowedPort(PortInUse port, Settings settings, String host) {
        this(port.pipeline(), port.picks(), new FirstAttempts(port.pipeline(), port.picks(), settings, host));
    }

    /** An attempt on another backend; empty where the call may not go on. */
    Optional<Attempt> next(Failover failover, Attempt failed, Throwable failure) {
        return failover.mayTryAnother(failed, failure) ? picks.openWithout(failover) : Optional.empty();
    }

    /** How many backends a call that holds {@code attempt} could try in all; one where it could not go on. */
    int known(Failover failover, Attempt attempt) {
        Eligible now = pipeline.eligible();
        return attempt.fallback().isPresent() || !picks.mayGoOn(failover, attempt, now) ? 1 : now.total();
    }
}
