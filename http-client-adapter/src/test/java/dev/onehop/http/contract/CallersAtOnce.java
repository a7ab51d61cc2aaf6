package dev.onehop.http.contract;

import dev.onehop.testing.LoopbackPods;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Callers who all ask at once, round by round: the pods answer a round when all of it has arrived. */
final class CallersAtOnce implements AutoCloseable {

    private final ClientUnderTest client;
    private final int count;
    private final ExecutorService threads;
    private final AtomicReference<CountDownLatch> arriving = new AtomicReference<>(new CountDownLatch(0));

    CallersAtOnce(ClientUnderTest client, LoopbackPods pods, int count) {
        this.client = client;
        this.count = count;
        this.threads = Executors.newFixedThreadPool(count);
        pods.forEach(pod -> pod.answering(request -> {
            arriving.get().countDown();
            await(arriving.get());
            return pod.echo(request);
        }));
    }

    /** How many of a round each pod got. */
    Map<String, Integer> round() throws Exception {
        List<Future<String>> answers = new ArrayList<>();
        arriving.set(new CountDownLatch(count));
        for (int i = 0; i < count; i++) {
            answers.add(
                    threads.submit(() -> client.get(ContractFixture.URL + "/").body()));
        }
        Map<String, Integer> shares = new HashMap<>();
        for (Future<String> answer : answers) {
            shares.merge(answer.get(20, TimeUnit.SECONDS), 1, Integer::sum);
        }
        return shares;
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
