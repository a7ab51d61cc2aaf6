package dev.onehop.http.contract;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Callers that send one request after another, until they are stopped or all are sent.
 *
 * <p>Shared: safe from any thread.
 */
final class Load implements AutoCloseable {

    /** Requests that failed, or were answered wrongly. */
    final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile int most;

    /** Sends the request of a number, from 0, and reads its answer. */
    interface Call {
        void call(int number) throws IOException;
    }

    private Load(int callers, int most, Call call) {
        this.most = most;
        for (int i = 0; i < callers; i++) {
            var caller = new Thread(() -> run(call), "caller-" + i);
            caller.setDaemon(true);
            caller.start();
            threads.add(caller);
        }
    }

    /** {@code requests} in all. */
    static Load of(int callers, int requests, Call call) {
        return new Load(callers, requests, call);
    }

    static Load untilStopped(int callers, Call call) {
        return new Load(callers, Integer.MAX_VALUE, call);
    }

    private void run(Call call) {
        for (int number = begun.getAndIncrement(); number < most; number = begun.getAndIncrement()) {
            try {
                call.call(number);
            } catch (IOException | RuntimeException | AssertionError failure) {
                failures.add(failure);
            }
            sent.incrementAndGet();
        }
    }

    void awaitMore(int requests) {
        int until = sent.get() + requests;
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(30))
                .until(() -> sent.get() >= until);
    }

    /** All are sent. */
    void awaitEnd() throws InterruptedException {
        for (Thread each : threads) {
            each.join(30_000);
        }
    }

    void stop() throws InterruptedException {
        close();
        awaitEnd();
    }

    @Override
    public void close() {
        most = 0;
    }
}
