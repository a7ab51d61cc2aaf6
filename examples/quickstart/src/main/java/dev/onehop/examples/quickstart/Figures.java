package dev.onehop.examples.quickstart;

import java.util.List;
import java.util.Locale;

/**
 * The one line of figures at the end of an act.
 *
 * <p>Immutable.
 *
 * @param millis from each event to the first pick that knew of it, shortest first
 * @param failovers attempts on a pod that failed, where the request went on to another
 */
record Figures(long requests, long failed, int podsUsed, List<Double> millis, long failovers) {

    Figures {
        millis = List.copyOf(millis);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%,d requests, %d failed | %d pods used | first pick after %s | %s",
                requests,
                failed,
                podsUsed,
                latency(),
                failovers == 1 ? "1 failover" : failovers + " failovers");
    }

    private static String shown(double millis) {
        return String.format(Locale.ROOT, millis < 100 ? "%.1f" : "%,.0f", millis);
    }

    private String latency() {
        if (millis.isEmpty()) {
            return "-";
        }
        double median = millis.get((millis.size() - 1) / 2);
        double longest = millis.get(millis.size() - 1);
        return String.format(Locale.ROOT, "p50 %s, max %s ms", shown(median), shown(longest));
    }
}
