package dev.onehop.health;

import java.util.Collection;

/**
 * Whose certificates were wrong of late: those of a few backends, or so many that it is our own trust configuration
 * (reliability 2.3).
 *
 * <p>Immutable.
 *
 * @param refused backends whose certificate was refused within thirty seconds
 * @param tried backends whose certificate was looked at, these included
 * @param fleet all backends of the route
 */
public record TrustCheck(int refused, int tried, int fleet) {

    /** Counts. */
    public static TrustCheck of(Collection<Backend> fleet, long nowNanos) {
        int refused = 0;
        int tried = 0;
        for (Backend backend : fleet) {
            refused += backend.identity().wasRefused(nowNanos) ? 1 : 0;
            tried += backend.identity().wasTried(nowNanos) ? 1 : 0;
        }
        return new TrustCheck(refused, tried, fleet.size());
    }

    /**
     * Whether it is us: half of those tried were refused, and at least two, or the only one there is. One wrong pod of
     * two is a wrong pod.
     */
    public boolean isOurTrust() {
        return refused * 2 >= tried && (refused >= 2 || (refused == 1 && fleet == 1));
    }

    /** {@code "2 of 3 backends tried within 30 s showed a certificate that is not accepted"}. */
    @Override
    public String toString() {
        return refused + " of " + tried + " backends tried within " + IdentityEvidence.WINDOW.toSeconds()
                + " s showed a certificate that is not accepted";
    }
}
