package dev.onehop.faults;

import dev.onehop.faults.Load.Call;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a load went.
 *
 * <p>Immutable.
 *
 * @param mostInFlight the most requests under way at one time
 * @param stalled the longest that this machine kept a thread from running
 */
record Outcome(List<Call> calls, int mostInFlight, long tookNanos, Duration stalled) {

    int failed() {
        return (int) calls.stream().filter(call -> !call.failure().isEmpty()).count();
    }

    /** Failed requests of which every dial ended at once, so that nothing but the pods is to blame (reliability 3.2). */
    int failedThoughInstant() {
        return (int) calls.stream()
                .filter(call -> !call.failure().isEmpty() && call.slowestDialMillis() < 10)
                .count();
    }

    /** Failed requests that were due between two times since the load's beginning. */
    int failed(long fromNanos, long untilNanos) {
        return (int) calls.stream()
                .filter(call ->
                        !call.failure().isEmpty() && call.dueNanos() >= fromNanos && call.dueNanos() < untilNanos)
                .count();
    }

    /** What went wrong how often. */
    Map<String, Integer> failures() {
        Map<String, Integer> causes = new TreeMap<>();
        calls.stream()
                .map(Call::failure)
                .filter(text -> !text.isEmpty())
                .forEach(text -> causes.merge(text, 1, Integer::sum));
        return causes;
    }

    /** How many took longer than {@code time}. */
    int slowerThan(Duration time) {
        return (int)
                calls.stream().filter(call -> call.tookNanos() > time.toNanos()).count();
    }

    /** The time that {@code percent} of the requests did not exceed, in milliseconds. */
    double millis(double percent) {
        long[] sorted = calls.stream().mapToLong(Call::tookNanos).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percent / 100 * (sorted.length - 1))] / 1e6;
    }

    /** {@code 5,000 requests at 1,000/s, p99 1.2 ms}. */
    String load() {
        return String.format(
                Locale.ROOT,
                "%,d requests at %,.0f/s, p50 %.1f p99 %.1f max %.0f ms",
                calls.size(),
                calls.size() / (tookNanos / 1e9),
                millis(50),
                millis(99),
                millis(100));
    }
}
