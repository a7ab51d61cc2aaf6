package dev.onehop.health;

/**
 * How many of a fleet may be out at once (reliability 2.5). A backend that refuses connections carries no load whether
 * or not it is ejected, so all but one may be out for that; one that answers badly still carries load, so it is always
 * fewer than half.
 *
 * <p>Pure functions.
 */
final class FleetGuard {

    private FleetGuard() {}

    /** How many of {@code n} may be out for whatever reason. */
    static int hardCap(int n) {
        return Math.max(0, n - 1);
    }

    /** How many of {@code n} may be out for bad answers. */
    static int softCap(int n) {
        if (n <= 3) {
            return n <= 1 ? 0 : 1;
        }
        return (n + 1) / 2 - 1;
    }

    /** How many of {@code n} may be tried for their return at once, so that a healed zone returns bit by bit. */
    static int mostOnTrial(int n) {
        return Math.max(1, n / 10);
    }
}
