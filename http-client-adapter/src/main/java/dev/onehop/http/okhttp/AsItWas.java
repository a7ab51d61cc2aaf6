package dev.onehop.http.okhttp;

import java.io.IOException;

/**
 * Failures in other words, for those in between: their cause is what the caller is to know.
 *
 * <p>Pure functions.
 */
final class AsItWas {

    private AsItWas() {}

    /** What happened, with what was tried before suppressed. */
    static IOException of(IOException inOtherWords) {
        if (!(inOtherWords.getCause() instanceof IOException was)) {
            return inOtherWords;
        }
        for (Throwable each : inOtherWords.getSuppressed()) {
            was.addSuppressed(each);
        }
        return was;
    }
}
