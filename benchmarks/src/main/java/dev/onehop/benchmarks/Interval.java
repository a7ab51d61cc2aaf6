package dev.onehop.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A median and where it would be 95 times of 100, were the same blocks drawn again (percentile bootstrap).
 *
 * <p>Pure functions: draws from a fixed seed.
 */
record Interval(double median, double low, double high) {

    private static final long SEED = 97;
    private static final int DRAWS = 5_000;

    static <T> Interval of(List<T> blocks, ToDoubleFunction<T> figure) {
        double[] seen = blocks.stream().mapToDouble(figure).toArray();
        var random = new SplittableRandom(SEED);
        double[] medians = DoubleStream.generate(() -> median(random.ints(seen.length, 0, seen.length)
                        .mapToDouble(i -> seen[i])
                        .toArray()))
                .limit(DRAWS)
                .sorted()
                .toArray();
        return new Interval(median(seen), medians[(int) (0.025 * DRAWS)], medians[(int) (0.975 * DRAWS)]);
    }

    /** Of an even number, the mean of the middle two. */
    static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", median, low, high);
    }
}
