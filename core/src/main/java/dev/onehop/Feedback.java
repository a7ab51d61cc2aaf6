package dev.onehop;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether anybody ever says how attempts went. Without that nothing is learnt about backends, and silently so; a hundred
 * attempts without a word are enough to doubt it (reliability 2.3, F-55).
 *
 * <p>Shared: safe from any thread. Once there was a word, an attempt costs one read.
 */
final class Feedback {

    static final int ENOUGH = 100;

    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean heard;

    /**
     * Notes that an attempt was opened.
     *
     * @return whether it was the one that makes feedback missing
     */
    boolean opened() {
        return !heard && opened.incrementAndGet() == ENOUGH;
    }

    /** Notes that a connection was made, or that an attempt ended. */
    void heard() {
        if (!heard) {
            heard = true;
        }
    }

    boolean isMissing() {
        return !heard && opened.get() >= ENOUGH;
    }
}
