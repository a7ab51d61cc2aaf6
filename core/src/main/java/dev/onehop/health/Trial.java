package dev.onehop.health;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The chance of a backend ejected for bad answers to return: real requests, one at a time, two of which must go well
 * (reliability 2.7).
 *
 * <p>Shared: safe from any thread.
 */
public final class Trial {

    /** How many good answers bring the backend back. */
    public static final int ENOUGH = 2;

    private final Backend backend;
    private final AtomicBoolean free = new AtomicBoolean(true);

    public Trial(Backend backend) {
        this.backend = backend;
    }

    public Backend backend() {
        return backend;
    }

    /** Takes the one place there is; whoever gets it sends its request to the backend, and says how it went. */
    public boolean take() {
        return free.get() && free.compareAndSet(true, false);
    }

    /** The request has ended: the next one may come. */
    public void release() {
        free.set(true);
    }
}
