package dev.onehop.k8s;

import java.math.BigInteger;

/**
 * Order of resourceVersions. Kubernetes promises it for versions of one resource that are decimal numbers; any other
 * text can only be equal or not.
 *
 * <p>Pure.
 */
final class Versions {

    private Versions() {}

    /** Whether {@code version} is certainly older than {@code than}. */
    static boolean older(String version, String than) {
        if (!isNumber(version) || !isNumber(than)) {
            return false;
        }
        boolean fit = version.length() <= 18 && than.length() <= 18;
        return fit
                ? Long.parseLong(version) < Long.parseLong(than)
                : new BigInteger(version).compareTo(new BigInteger(than)) < 0;
    }

    private static boolean isNumber(String version) {
        return !version.isEmpty() && version.length() <= 40 && version.chars().allMatch(Versions::isDigit);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
