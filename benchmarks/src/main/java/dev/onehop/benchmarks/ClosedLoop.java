package dev.onehop.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * So many callers, each of which sends its next request when it has the answer to its last one: a blocking client's on a
 * thread each, an asynchronous client's on whatever thread the answer comes.
 */
final class ClosedLoop {

    private static final long LAST_ANSWER_SECONDS = 30;

    private final int callers;
    private final ExecutorService threads;

    ClosedLoop(int callers) {
        this.callers = callers;
        this.threads = Executors.newFixedThreadPool(callers, task -> {
            var thread = new Thread(task, "caller");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @throws IllegalStateException when a request failed, none was made, or the last answers do not come */
    Round run(Supplier<CompletableFuture<byte[]>> get, Duration time) throws InterruptedException {
        var ended = new CountDownLatch(callers);
        long cpu = cpuNanos();
        long began = System.nanoTime();
        List<Caller> all = Stream.generate(() -> new Caller(get, began + time.toNanos(), ended))
                .limit(callers)
                .toList();
        all.forEach(threads::execute);
        if (!ended.await(time.toSeconds() + LAST_ANSWER_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("callers that wait for an answer: " + ended.getCount() + " (expected: 0)");
        }
        long nanos = System.nanoTime() - began;
        return Round.of(all, nanos, cpuNanos() - cpu);
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }

    /** What all callers saw in one round; latencies are sorted. */
    record Round(long[] latencyNanos, long[] requestsByPod, double seconds, double cpuMicros) {

        static Round of(List<Caller> callers, long nanos, long cpuNanos) {
            callers.stream()
                    .filter(caller -> caller.failure != null)
                    .findFirst()
                    .ifPresent(caller -> {
                        throw new IllegalStateException("a request failed", caller.failure);
                    });
            var byPod = new long[PodServer.ADDRESSES.size()];
            for (Caller caller : callers) {
                for (int pod = 0; pod < byPod.length; pod++) {
                    byPod[pod] += caller.byPod[pod];
                }
            }
            long[] latencies = callers.stream()
                    .flatMapToLong(caller -> Arrays.stream(caller.nanos, 0, caller.requests))
                    .sorted()
                    .toArray();
            if (latencies.length == 0) {
                throw new IllegalStateException("requests in a round: 0 (expected: 1 at least; make it longer)");
            }
            return new Round(latencies, byPod, nanos / 1e9, cpuNanos / 1e3);
        }

        int requests() {
            return latencyNanos.length;
        }

        double perSecond() {
            return requests() / seconds;
        }

        /** The latency that the part {@code quantile} of the requests did not exceed, in microseconds. */
        double micros(double quantile) {
            int index = (int) Math.ceil(quantile * requests()) - 1;
            return latencyNanos[Math.max(0, index)] / 1e3;
        }
    }

    /** Serial: each step is begun by the answer to the one before. */
    private static final class Caller implements Runnable {
        private final Supplier<CompletableFuture<byte[]>> get;
        private final long untilNanos;
        private final CountDownLatch ended;
        private final long[] byPod = new long[PodServer.ADDRESSES.size()];
        private long[] nanos = new long[4096];
        private int requests;
        private Throwable failure;

        Caller(Supplier<CompletableFuture<byte[]>> get, long untilNanos, CountDownLatch ended) {
            this.get = get;
            this.untilNanos = untilNanos;
            this.ended = ended;
        }

        @Override
        public void run() {
            while (true) {
                long began = System.nanoTime();
                if (failure != null || began - untilNanos >= 0) {
                    ended.countDown();
                    return;
                }
                CompletableFuture<byte[]> answer = get.get();
                if (!answer.isDone()) {
                    answer.whenComplete((body, thrown) -> {
                        answered(began, body, thrown);
                        run();
                    });
                    return;
                }
                answer.whenComplete((body, thrown) -> answered(began, body, thrown));
            }
        }

        private void answered(long began, byte[] body, Throwable thrown) {
            long took = System.nanoTime() - began;
            if (thrown != null) {
                failure = thrown;
                return;
            }
            if (body == null || body.length != PodServer.BODY_BYTES) {
                failure = new IllegalStateException("body: " + (body == null ? "none" : body.length + " bytes")
                        + " (expected: " + PodServer.BODY_BYTES + " bytes)");
                return;
            }
            byPod[body[body.length - 1]]++;
            if (requests == nanos.length) {
                nanos = Arrays.copyOf(nanos, requests * 2);
            }
            nanos[requests++] = took;
        }
    }
}
