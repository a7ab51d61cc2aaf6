package dev.onehop.health;

import dev.onehop.service.Printable;
import java.time.Duration;

/**
 * When a backend last showed an identity that we accept, and when one that we do not. Both count for thirty seconds, in
 * which {@link TrustCheck} compares the backends (reliability 2.3).
 *
 * <p>Shared: safe from any thread; a success costs one volatile read, and a write once a second.
 */
public final class IdentityEvidence {

    /** How long a backend counts as tried. */
    public static final Duration WINDOW = Duration.ofSeconds(30);

    private static final long NEVER = Long.MIN_VALUE;
    private static final long STEP_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MAX_CAUSES = 16;

    private volatile long shownNanos = NEVER;
    private volatile long refusedNanos = NEVER;

    /** A connection stood: whatever came of it, the identity was good. To the second, for it is told all the time. */
    public void shown(long nowNanos) {
        long last = shownNanos;
        if (last == NEVER || nowNanos - last >= STEP_NANOS) {
            shownNanos = nowNanos; // a benign race: all who write it write the same second
        }
    }

    /** The backend's certificate was not accepted. */
    public void refused(long nowNanos) {
        refusedNanos = nowNanos;
    }

    /** Whether the certificate was refused within the window. */
    boolean wasRefused(long nowNanos) {
        return within(refusedNanos, nowNanos);
    }

    /** Whether the certificate was looked at within the window, and accepted or refused. */
    boolean wasTried(long nowNanos) {
        return within(shownNanos, nowNanos) || wasRefused(nowNanos);
    }

    /** Why a certificate was refused: what the innermost exception says, safe to print. */
    public static String words(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause.getCause() != null && i < MAX_CAUSES; i++) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return Printable.of(message == null ? cause.getClass().getSimpleName() : message);
    }

    private static boolean within(long thenNanos, long nowNanos) {
        return thenNanos != NEVER && nowNanos - thenNanos < WINDOW.toNanos();
    }
}
