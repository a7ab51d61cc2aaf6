package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What becomes of a caller whose connection kube-proxy would drop, where {@code strictDrop} asks for just that: it waits
 * until its time is over, or until the connection would not be dropped any more, as a SYN that is sent again and again
 * would find out (R25).
 *
 * <p>Shared: safe from any thread.
 */
final class StrictDrop {

    private StrictDrop() {}

    /** The kernel's answer in place of ours, where {@code strict} and the connection would be dropped. */
    static Decision decision(boolean strict, Decision decision) {
        return strict && decision instanceof Decision.Refuse refuse && refuse.verdict() == Verdict.DROP
                ? new Decision.ClusterIp(FallbackReason.STRICT_DROP, refuse.why())
                : decision;
    }

    /** Why the connection of {@code attempt} is dropped, if it is. */
    static Optional<String> dropped(Attempt attempt) {
        return attempt.fallback()
                .filter(fallback -> fallback.reason() == FallbackReason.STRICT_DROP)
                .map(Decision.ClusterIp::why);
    }

    /**
     * Completes when the Service port does not drop any more, on a thread of the common pool.
     *
     * @param why the caller's connection is dropped
     * @param left of the caller's time; when it is over, fails with {@link SocketTimeoutException}
     */
    static CompletableFuture<Eligible> over(ServicePipeline pipeline, String why, Duration left) {
        var over = new CompletableFuture<Eligible>();
        Balancer.Listening listening = pipeline.listen(snapshot -> {
            if (decision(true, snapshot.decision()) == snapshot.decision()) {
                over.completeAsync(() -> snapshot);
            }
        });
        CompletableFuture.delayedExecutor(left.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> over.completeExceptionally(new SocketTimeoutException("Connect timed out: " + why
                        + " (dropped, as kube-proxy does;" + " strictDrop(false) fails at once)")));
        var unused = over.whenComplete((snapshot, timeout) -> listening.close());
        return over;
    }

    /** What the caller gets in the end. */
    static SocketTimeoutException timedOut(String why) {
        return new SocketTimeoutException(
                "Connect timed out: " + why + " (dropped, as kube-proxy does; strictDrop(false) fails at once)");
    }
}
