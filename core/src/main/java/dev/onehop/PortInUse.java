package dev.onehop;

import org.jspecify.annotations.Nullable;

/**
 * A Service port that is followed, and what is to be known of it to let it go.
 *
 * <p>Shared: safe from any thread.
 */
final class PortInUse {

    /** How exactly is known when it was last used. */
    private static final long USED_STEP_NANOS = 1_000_000;

    private final ServicePipeline pipeline;
    private final Picks picks;
    private volatile boolean kept;
    private volatile long usedNanos;

    /** The last one given to a client, which asks by the same name again and again. */
    private volatile @Nullable Balancer given;

    PortInUse(ServicePipeline pipeline, Picks picks, long nowNanos) {
        this.pipeline = pipeline;
        this.picks = picks;
        this.usedNanos = nowNanos;
    }

    ServicePipeline pipeline() {
        return pipeline;
    }

    Picks picks() {
        return picks;
    }

    /** Whether the application has asked for it, so that it is never let go. */
    boolean isKept() {
        return kept;
    }

    void keep() {
        kept = true;
    }

    /** When it was last used, to the millisecond. */
    long usedNanos() {
        return usedNanos;
    }

    /** It is used now. */
    void used(long nowNanos) {
        if (nowNanos - usedNanos >= USED_STEP_NANOS) { // all threads of a busy port read it
            usedNanos = nowNanos;
        }
    }

    /** The balancer given last, if that falls back to {@code host}. */
    @Nullable Balancer given(String host) {
        Balancer last = given;
        return last != null && last.host().equals(host) ? last : null;
    }

    void give(Balancer balancer) {
        given = balancer;
    }
}
