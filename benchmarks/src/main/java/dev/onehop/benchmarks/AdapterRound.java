package dev.onehop.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one round of {@link AdapterSpeed} saw, as {@link AdapterTable} needs it: figures by parts of a request are in
 * microseconds.
 */
record AdapterRound(
        String client,
        int fork,
        int block,
        Way way,
        long requests,
        double perSecond,
        double p50,
        double p99,
        double cpu,
        long[] requestsByPod) {

    private static final int FIGURES = 9;

    /** Where a client's requests go. */
    enum Way {
        DIRECT,
        ONE_POD,
        THREE_PODS,
        /** By another client of the same settings: what is between it and the first is noise. */
        DIRECT_AGAIN
    }

    static AdapterRound of(String client, int fork, int block, Way way, ClosedLoop.Round seen) {
        return new AdapterRound(
                client,
                fork,
                block,
                way,
                seen.requests(),
                seen.perSecond(),
                seen.micros(0.5),
                seen.micros(0.99),
                seen.cpuMicros(),
                seen.requestsByPod());
    }

    String line() {
        String pods = Arrays.stream(requestsByPod).mapToObj(Long::toString).collect(Collectors.joining(" "));
        return String.format(
                Locale.ROOT,
                "%s %d %d %s %d %.1f %.1f %.1f %.0f %s",
                client,
                fork,
                block,
                way,
                requests,
                perSecond,
                p50,
                p99,
                cpu,
                pods);
    }

    /** What {@link #line()} gave. */
    static AdapterRound parse(String line) {
        String[] figures = line.split(" ");
        return new AdapterRound(
                figures[0],
                Integer.parseInt(figures[1]),
                Integer.parseInt(figures[2]),
                Way.valueOf(figures[3]),
                Long.parseLong(figures[4]),
                Double.parseDouble(figures[5]),
                Double.parseDouble(figures[6]),
                Double.parseDouble(figures[7]),
                Double.parseDouble(figures[8]),
                Arrays.stream(figures, FIGURES, figures.length)
                        .mapToLong(Long::parseLong)
                        .toArray());
    }
}
