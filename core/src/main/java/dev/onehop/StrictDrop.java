package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What becomes of callers whose connections kube-proxy would drop, where {@code strictDrop} asks for just that: they wait
 * until their time is over, or until the connection would not be dropped any more, as a SYN that is sent again and again
 * would find out (R25).
 *
 * <p>Shared: safe from any thread.
 */
final class StrictDrop {

    private final ServicePipeline pipeline;
    private final AtomicBoolean listening = new AtomicBoolean();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

    StrictDrop(ServicePipeline pipeline) {
        this.pipeline = pipeline;
    }

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

    /** What the caller gets in the end. */
    static SocketTimeoutException timedOut(String why) {
        return new SocketTimeoutException(
                "Connect timed out: " + why + " (dropped, as kube-proxy does; strictDrop(false) fails at once)");
    }

    /**
     * Completes on a thread of the common pool when the Service port does not drop any more, or Onehop is closed; fails
     * with a {@link java.util.concurrent.TimeoutException} when {@code left} is over. Cancelling it leaves nothing behind.
     */
    CompletableFuture<Void> over(Duration left) {
        if (listening.compareAndSet(false, true)) {
            var unused = pipeline.listen(this::release); // one for all who ever wait, as long as the port
        }
        var over = new CompletableFuture<Void>();
        long number = numbers.incrementAndGet();
        waiting.put(number, over);
        var unused = over.whenComplete((nothing, timeout) -> waiting.remove(number));
        release(pipeline.eligible()); // it may have changed before this one waited
        return over.orTimeout(left.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Lets everybody go who waits, unless {@code snapshot} still drops. */
    void release(Eligible snapshot) {
        if (decision(true, snapshot.decision()) == snapshot.decision()) {
            waiting.values().forEach(each -> each.completeAsync(() -> null));
        }
    }

    /** How many callers wait. */
    int waiting() {
        return waiting.size();
    }
}
