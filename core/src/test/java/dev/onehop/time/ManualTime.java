package dev.onehop.time;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * A {@link SerialScheduler} that runs nothing until a test pushes time. Tasks run on the pushing thread, in order of
 * their time and then of their coming.
 *
 * <p>Shared: safe from any thread; one monitor guards the queues, and tasks run outside it.
 */
public final class ManualTime implements SerialScheduler {

    private static final int TASK_LIMIT = 1_000_000;

    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.at).thenComparingLong(timer -> timer.order));
    private long now = 1_000_000_000L;
    private long order;
    private boolean running;
    private boolean closed;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (!closed) {
            ready.add(task);
        }
    }

    @Override
    public synchronized Cancellable schedule(Duration delay, Runnable task) {
        if (closed) {
            return () -> {};
        }
        var timer = new Timer(now + Math.max(0, delay.toNanos()), order++, task);
        timers.add(timer);
        return () -> {
            synchronized (this) {
                timers.remove(timer);
            }
        };
    }

    /** Runs what is due now, and what that makes due, without moving the clock. */
    public void run() {
        advance(Duration.ZERO);
    }

    /** Moves the clock forward, running every task at its time on the way. */
    public void advance(Duration by) {
        synchronized (this) {
            if (running) {
                throw new IllegalStateException("a task pushed time while time was being pushed");
            }
            running = true;
        }
        try {
            long until = nanoTime() + by.toNanos();
            for (int i = 0; i < TASK_LIMIT; i++) {
                Runnable task = next(until);
                if (task == null) {
                    return;
                }
                task.run();
            }
            throw new IllegalStateException(
                    "more than " + TASK_LIMIT + " tasks within " + by + ": a loop without end?");
        } finally {
            synchronized (this) {
                running = false;
            }
        }
    }

    /** How many timers are set and not yet due: a leak shows here. */
    public synchronized int pendingTimers() {
        return timers.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        ready.clear();
        timers.clear();
    }

    private synchronized Runnable next(long until) {
        Runnable task = ready.poll();
        if (task != null) {
            return task;
        }
        Timer timer = timers.peek();
        if (timer == null || timer.at - until > 0) {
            now = until;
            return null;
        }
        timers.poll();
        now = Math.max(now, timer.at);
        return timer.task;
    }

    private record Timer(long at, long order, Runnable task) {}
}
