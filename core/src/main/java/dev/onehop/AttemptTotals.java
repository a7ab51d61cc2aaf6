package dev.onehop;

import dev.onehop.health.Backend;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The attempts on all backends that a Service port has ever had, and their active checks. Both count on their backend
 * alone; these sums are made when somebody reads them. A backend that leaves is looked at for a while longer, for
 * attempts on it may still be open or just being opened, and then its totals are added to those of the gone: so no sum
 * ever goes down.
 *
 * <p>Immutable, apart from the backends' own counters.
 */
final class AttemptTotals {

    static final AttemptTotals NONE = new AttemptTotals(new Gone(0, 0, 0, 0, 0, 0), List.of(), List.of());

    private static final long AFTERGLOW_NANOS = 60_000_000_000L;
    private static final int MOST_LEAVING = 1_000;

    /** What the backends have counted that nobody looks at any more. */
    private record Gone(
            long started, long succeeded, long failed, long abandoned, long checksPassed, long checksFailed) {

        Gone plus(Backend backend) {
            return new Gone(
                    started + backend.started(),
                    succeeded + backend.succeeded(),
                    failed + backend.failed(),
                    abandoned + backend.abandoned(),
                    checksPassed + backend.checks().passed(),
                    checksFailed + backend.checks().failed());
        }
    }

    private record Leaving(Backend backend, long sinceNanos) {}

    private final Gone gone;
    private final List<Leaving> leaving;
    private final List<Backend> present;

    private AttemptTotals(Gone gone, List<Leaving> leaving, List<Backend> present) {
        this.gone = gone;
        this.leaving = leaving;
        this.present = present;
    }

    /**
     * The totals after a change of the fleet.
     *
     * @param fleet who is there now; kept, so never to be changed
     * @param left who was there before, and is not now
     */
    AttemptTotals with(List<Backend> fleet, Collection<Backend> left, long nowNanos) {
        Gone sums = gone;
        var still = new ArrayList<Leaving>(leaving.size() + left.size());
        int surplus = leaving.size() + left.size() - MOST_LEAVING;
        for (Leaving each : leaving) { // the longest gone first
            boolean over = nowNanos - each.sinceNanos >= AFTERGLOW_NANOS && each.backend.inFlight() == 0;
            if (over || surplus > 0) {
                sums = sums.plus(each.backend);
                surplus--;
            } else {
                still.add(each);
            }
        }
        for (Backend backend : left) {
            if (surplus > 0) {
                sums = sums.plus(backend);
                surplus--;
            } else {
                still.add(new Leaving(backend, nowNanos));
            }
        }
        return new AttemptTotals(sums, still, fleet);
    }

    long started() {
        return gone.started + sum(Backend::started);
    }

    long succeeded() {
        return gone.succeeded + sum(Backend::succeeded);
    }

    long failed() {
        return gone.failed + sum(Backend::failed);
    }

    long abandoned() {
        return gone.abandoned + sum(Backend::abandoned);
    }

    long checksPassed() {
        return gone.checksPassed + sum(backend -> backend.checks().passed());
    }

    long checksFailed() {
        return gone.checksFailed + sum(backend -> backend.checks().failed());
    }

    long inFlight() {
        return sum(Backend::inFlight);
    }

    private long sum(ToLongFunction<Backend> counter) {
        long sum = 0;
        for (Backend backend : present) {
            sum += counter.applyAsLong(backend);
        }
        for (Leaving each : leaving) {
            sum += counter.applyAsLong(each.backend);
        }
        return sum;
    }
}
