package dev.onehop.testing;

/**
 * Pearson's test of counts against an even share.
 *
 * <p>Pure functions.
 */
public final class ChiSquare {

    private ChiSquare() {}

    /** The statistic for equal expectations; has {@code counts.length - 1} degrees of freedom. */
    public static double even(long[] counts) {
        double total = 0;
        for (long count : counts) {
            total += count;
        }
        double expected = total / counts.length;
        double statistic = 0;
        for (long count : counts) {
            statistic += (count - expected) * (count - expected) / expected;
        }
        return statistic;
    }

    /**
     * The value that an even choice exceeds with a probability of about one in a million (Wilson-Hilferty
     * approximation; z = 4.753).
     */
    public static double oneInAMillion(int cells) {
        double degrees = cells - 1.0;
        double z = 4.753;
        double root = 1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees));
        return degrees * root * root * root;
    }
}
