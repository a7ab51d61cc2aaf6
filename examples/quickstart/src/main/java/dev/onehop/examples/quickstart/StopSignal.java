package dev.onehop.examples.quickstart;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, heard politely: who waits is told to stop, and the process stays until it has cleaned up.
 *
 * <p>Shared: safe from any thread.
 */
final class StopSignal {

    private static final int LONGEST_CLEAN_UP_SECONDS = 10;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch cleanedUp = new CountDownLatch(1);

    /** Hears the JVM's own shutdown, too. */
    void onShutdown() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
    }

    void stop() {
        asked.countDown();
    }

    /** Waits; returns whether it is time to stop. */
    boolean within(Duration atMost) throws InterruptedException {
        return asked.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Nothing is left to clean up. */
    void done() {
        cleanedUp.countDown();
    }

    private void stopAndWait() {
        stop();
        try {
            cleanedUp.await(LONGEST_CLEAN_UP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
