package dev.onehop.time;

import java.time.Duration;

/**
 * Runs tasks one at a time, in order, on a monotonic clock. Every writer of Onehop's state is a task here, so state
 * needs no locks; readers see what the tasks publish. Tests replace it by a loop whose time they push.
 *
 * <p>Shared: safe from any thread; the tasks themselves never overlap.
 */
public interface SerialScheduler extends AutoCloseable {

    /**
     * Monotonic nanoseconds with no meaning but their differences, as {@link System#nanoTime()}. Compare by
     * subtraction.
     */
    long nanoTime();

    /** Runs {@code task} after all tasks handed over before it. Ignored after {@link #close()}. */
    void execute(Runnable task);

    /**
     * Runs {@code task} once {@code delay} has passed; a delay of zero or less means as soon as possible. Ignored after
     * {@link #close()}.
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** Drops the tasks not yet started and ends the loop's thread, if it has one of its own. Idempotent. */
    @Override
    void close();

    /** A task that can still be called off. */
    interface Cancellable {
        /** Stops the task from starting; one that has started goes on. Idempotent, from any thread. */
        void cancel();
    }

    /**
     * A loop with one daemon thread of its own, on {@link System#nanoTime()}. What a task throws is logged, and the loop
     * goes on.
     *
     * @param threadName the thread's name
     */
    static SerialScheduler daemon(String threadName) {
        return new DaemonScheduler(threadName);
    }
}
