package dev.onehop.examples.quickstart;

import dev.onehop.eligible.Eligible;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bounded load: a few workers with keep-alive connections, and one that needs a new connection for each request. Each
 * sends, waits for the answer, and then for its next turn, which is the only thing it sleeps for.
 *
 * <p>A request counts as failed unless it is answered with 200 by a pod that was in the set to pick from right before
 * or right after it.
 *
 * <p>Shared: safe from any thread. Closing waits for the workers.
 */
final class Load implements AutoCloseable {

    private static final int KEEP_ALIVE_WORKERS = 4;
    private static final Pattern POD = Pattern.compile("\"pod\":\"([^\"]+)\"");

    private final ServiceClient client;
    private final Freshness freshness;
    private final Duration pause;
    private final ReentrantReadWriteLock requests = new ReentrantReadWriteLock(true);
    private final List<Thread> workers = new ArrayList<>();
    private final List<Tally> tallies = new ArrayList<>();
    private volatile Tally tally = new Tally();
    private volatile boolean closed;

    Load(ServiceClient client, Freshness freshness, Duration pause) {
        this.client = client;
        this.freshness = freshness;
        this.pause = pause;
        tallies.add(tally);
    }

    void start() {
        for (int i = 0; i <= KEEP_ALIVE_WORKERS; i++) {
            boolean hangUp = i == KEEP_ALIVE_WORKERS;
            var worker = new Thread(() -> work(hangUp), "load-" + i);
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
    }

    /** Counts into a new tally from now on; what is in flight still counts into the one before. */
    Tally newTally() {
        var fresh = new Tally();
        synchronized (tallies) {
            tallies.add(fresh);
        }
        tally = fresh;
        return fresh;
    }

    /** Does something while no request is in flight: it waits for those that are, and the next ones wait for it. */
    void between(Runnable action) {
        requests.writeLock().lock();
        try {
            action.run();
        } finally {
            requests.writeLock().unlock();
        }
    }

    long requests() {
        synchronized (tallies) {
            return tallies.stream().mapToLong(Tally::requests).sum();
        }
    }

    long failed() {
        synchronized (tallies) {
            return tallies.stream().mapToLong(Tally::failed).sum();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
            try {
                worker.join(TimeUnit.SECONDS.toMillis(6));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void work(boolean hangUp) {
        while (!closed) {
            long nextNanos = System.nanoTime() + pause.toNanos();
            requests.readLock().lock();
            try {
                send(tally, hangUp);
            } catch (InterruptedException e) {
                return;
            } finally {
                requests.readLock().unlock();
            }
            while (!closed && nextNanos - System.nanoTime() > 0) {
                LockSupport.parkNanos(nextNanos - System.nanoTime());
            }
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever it is, it is a failed request, and is shown
    private void send(Tally tally, boolean hangUp) throws InterruptedException {
        Eligible before = client.balancer().eligible();
        freshness.picking(before);
        try {
            HttpResponse<String> response = hangUp ? client.getAndHangUp() : client.get();
            Matcher pod = POD.matcher(response.body());
            if (response.statusCode() != 200 || !pod.find()) {
                tally.failed("HTTP " + response.statusCode() + ": " + response.body());
            } else if (isIn(before, pod.group(1)) || isIn(client.balancer().eligible(), pod.group(1))) {
                tally.answered(pod.group(1));
            } else {
                tally.failed("answered by " + pod.group(1) + ", which was not to be picked any more");
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            tally.failed(e.toString());
        }
    }

    private static boolean isIn(Eligible eligible, String pod) {
        return eligible.backends().stream()
                .anyMatch(backend -> backend.podName().orElse("").equals(pod));
    }
}
