package dev.onehop.examples.quickstart;

import java.util.Collection;

/**
 * Pearson's test of counts against an even share.
 *
 * <p>Immutable.
 *
 * @param chiSquare the statistic
 * @param degrees of freedom: one less than there are pods
 * @param p how likely an even choice is at least this uneven
 */
record EvenShare(double chiSquare, int degrees, double p) {

    /** Below this we call a share uneven: an even choice is so once in a million runs. */
    static final double BOUND = 1e-6;

    /** Tests the counts, of which there is one for each pod, zeros included. */
    static EvenShare of(Collection<Long> counts) {
        double expected = counts.stream().mapToLong(Long::longValue).sum() / (double) counts.size();
        double chiSquare = counts.stream()
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        int degrees = counts.size() - 1;
        return new EvenShare(chiSquare, degrees, degrees == 0 ? 1 : exceeding(chiSquare, degrees));
    }

    boolean isEven() {
        return p >= BOUND;
    }

    /**
     * The probability that chi-square with this many degrees of freedom exceeds x: from one degree (erfc) or two
     * (exponential) upwards by the recurrence of the incomplete gamma function, two degrees a step.
     */
    static double exceeding(double x, int degrees) {
        double half = x / 2;
        boolean odd = degrees % 2 == 1;
        double sum = odd ? erfc(Math.sqrt(half)) : Math.exp(-half);
        double term = odd ? 2 * Math.sqrt(half / Math.PI) * Math.exp(-half) : half * Math.exp(-half);
        for (int k = odd ? 3 : 4; k <= degrees; k += 2) {
            sum += term;
            term *= half / (k / 2.0);
        }
        return Math.min(1, sum);
    }

    /** The complementary error function for z >= 0, to 1.2e-7 of its value (Numerical Recipes' Chebyshev fit). */
    private static double erfc(double z) {
        double t = 1 / (1 + z / 2);
        double[] fit = {
            -1.26551223,
            1.00002368,
            0.37409196,
            0.09678418,
            -0.18628806,
            0.27886807,
            -1.13520398,
            1.48851587,
            -0.82215223,
            0.17087277
        };
        double sum = 0;
        for (int i = fit.length - 1; i >= 0; i--) {
            sum = sum * t + fit[i];
        }
        return t * Math.exp(-z * z + sum);
    }
}
