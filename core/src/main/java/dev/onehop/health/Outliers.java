package dev.onehop.health;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a backend answers so much worse than the others that it is to blame, and not what they all depend on
 * (reliability 2.4).
 *
 * <p>Pure functions.
 */
public final class Outliers {

    private static final int ENOUGH_CALLS = 5;
    private static final double MARGIN = 0.30 - 1e-9; // sums of tenths are not exact
    private static final double OTHER_OF_TWO_AT_MOST = 0.2;

    private Outliers() {}

    /** Whether {@code suspect} stands out of {@code fleet}: by 30 % above the median, or against one that is well. */
    public static boolean is(Backend suspect, Iterable<Backend> fleet) {
        var others = new ArrayList<Double>();
        for (Backend backend : fleet) {
            if (backend != suspect && hasTraffic(backend)) {
                others.add(Math.max(0, backend.softEvidence().failureRate()));
            }
        }
        return is(suspect.softEvidence().failureRate(), others);
    }

    /** How many have had enough calls to be judged. */
    public static int withTraffic(Iterable<Backend> fleet) {
        int count = 0;
        for (Backend backend : fleet) {
            count += hasTraffic(backend) ? 1 : 0;
        }
        return count;
    }

    /** The same on bare failure rates, each 0 to 1. */
    static boolean is(double own, List<Double> others) {
        if (others.size() < 2) {
            return others.size() == 1 && others.get(0) <= OTHER_OF_TWO_AT_MOST;
        }
        List<Double> sorted = others.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return own - median >= MARGIN;
    }

    private static boolean hasTraffic(Backend backend) {
        return backend.started() >= ENOUGH_CALLS;
    }
}
