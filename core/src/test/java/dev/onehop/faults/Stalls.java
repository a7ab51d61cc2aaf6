package dev.onehop.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this machine kept a thread waiting that wanted to run: what no client can be blamed for. Tests add it to what
 * they promise in time.
 *
 * <p>Shared: safe from any thread.
 */
final class Stalls implements AutoCloseable {

    /** With a longer one, this machine is not fit for a load that counts milliseconds. */
    static final Duration FAIR = Duration.ofMillis(200);

    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Thread watch = new Thread(this::watch, "stalls");
    private volatile boolean closed;
    private volatile long worstNanos;

    private Stalls() {
        watch.setDaemon(true);
        watch.start();
    }

    static Stalls watched() {
        return new Stalls();
    }

    /** The longest so far. */
    Duration worst() {
        return Duration.ofNanos(worstNanos);
    }

    private void watch() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(NAP_NANOS);
            long now = System.nanoTime();
            worstNanos = Math.max(worstNanos, now - before - NAP_NANOS);
            before = now;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
