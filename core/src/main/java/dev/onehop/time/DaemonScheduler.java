package dev.onehop.time;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real {@link SerialScheduler}: one daemon thread and the JVM's monotonic clock.
 *
 * <p>Shared: safe from any thread; the executor's queue orders the tasks.
 */
final class DaemonScheduler implements SerialScheduler {

    private static final Logger log = LoggerFactory.getLogger(DaemonScheduler.class);

    private final ScheduledThreadPoolExecutor executor;

    DaemonScheduler(String threadName) {
        Objects.requireNonNull(threadName, "threadName");
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        var guarded = guarded(task);
        try {
            executor.execute(guarded);
        } catch (RejectedExecutionException closed) {
            log.trace("task ignored: the scheduler is closed");
        }
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        var guarded = guarded(task);
        try {
            ScheduledFuture<?> future = executor.schedule(guarded, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            log.trace("task ignored: the scheduler is closed");
            return () -> {};
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static Runnable guarded(Runnable task) {
        Objects.requireNonNull(task, "task");
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("a task failed; the loop goes on", e);
            }
        };
    }
}
