package dev.onehop;

import dev.onehop.health.Backend;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The attempts on all backends that a Service port has ever had. Calls count on their backend alone; these sums are made
 * when somebody reads them. A backend that leaves is looked at for a while longer, for attempts on it may still be open or
 * just being opened, and then its totals are added to those of the gone: so no sum ever goes down.
 *
 * <p>Immutable, apart from the backends' own counters.
 */
final class AttemptTotals {

    static final AttemptTotals NONE = new AttemptTotals(0, 0, 0, 0, List.of(), List.of());

    private static final long AFTERGLOW_NANOS = 60_000_000_000L;
    private static final int MOST_LEAVING = 1_000;

    private record Leaving(Backend backend, long sinceNanos) {}

    private final long started;
    private final long succeeded;
    private final long failed;
    private final long abandoned;
    private final List<Leaving> leaving;
    private final List<Backend> present;

    private AttemptTotals(
            long started, long succeeded, long failed, long abandoned, List<Leaving> leaving, List<Backend> present) {
        this.started = started;
        this.succeeded = succeeded;
        this.failed = failed;
        this.abandoned = abandoned;
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
        long[] gone = {started, succeeded, failed, abandoned};
        var still = new ArrayList<Leaving>(leaving.size() + left.size());
        int surplus = leaving.size() + left.size() - MOST_LEAVING;
        for (Leaving each : leaving) { // the longest gone first
            boolean over = nowNanos - each.sinceNanos >= AFTERGLOW_NANOS && each.backend.inFlight() == 0;
            if (over || surplus > 0) {
                add(each.backend, gone);
                surplus--;
            } else {
                still.add(each);
            }
        }
        for (Backend backend : left) {
            if (surplus > 0) {
                add(backend, gone);
                surplus--;
            } else {
                still.add(new Leaving(backend, nowNanos));
            }
        }
        return new AttemptTotals(gone[0], gone[1], gone[2], gone[3], still, fleet);
    }

    long started() {
        return started + sum(Backend::started);
    }

    long succeeded() {
        return succeeded + sum(Backend::succeeded);
    }

    long failed() {
        return failed + sum(Backend::failed);
    }

    long abandoned() {
        return abandoned + sum(Backend::abandoned);
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

    private static void add(Backend backend, long[] gone) {
        gone[0] += backend.started();
        gone[1] += backend.succeeded();
        gone[2] += backend.failed();
        gone[3] += backend.abandoned();
    }
}
