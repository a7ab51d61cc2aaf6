package dev.onehop.k8s.chaos;

import dev.onehop.k8s.chaos.Callers.Call;
import dev.onehop.k8s.chaos.Callers.Dial;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * How a load went, call by call.
 *
 * <p>Immutable.
 *
 * @param broken what callers saw that must not be
 */
record History(List<Call> calls, List<Dial> dials, List<String> broken, long tookNanos) {

    /** What went wrong in the end, how often. */
    Map<String, Integer> failures() {
        Map<String, Integer> causes = new TreeMap<>();
        calls.stream()
                .map(Call::failure)
                .filter(text -> !text.isEmpty())
                .forEach(text -> causes.merge(text, 1, Integer::sum));
        return causes;
    }

    int failed() {
        return failures().values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many connects found nobody. */
    long unconnected() {
        return calls.stream().mapToLong(Call::unconnected).sum();
    }

    /** How many requests were sent again. */
    long replays() {
        return calls.stream().mapToLong(call -> call.requests() - 1).sum();
    }

    /** How many dials were for a call whose first had failed. */
    long failovers() {
        return dials.stream().filter(Dial::failover).count();
    }

    /** {@code 5,000 requests at 300/s, p50 1.0 p99 2.1 max 40 ms}. */
    String load() {
        return String.format(
                Locale.ROOT,
                "%,d requests at %,.0f/s, p50 %.1f p99 %.1f max %.0f ms",
                calls.size(),
                calls.size() / (tookNanos / 1e9),
                millis(50, Call::tookNanos),
                millis(99, Call::tookNanos),
                millis(100, Call::tookNanos));
    }

    private double millis(double percent, ToLongFunction<Call> nanos) {
        long[] sorted = calls.stream().mapToLong(nanos).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(percent / 100 * (sorted.length - 1))] / 1e6;
    }
}
