package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.LastResort;
import dev.onehop.Onehop;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Kubelets that cannot reach the API server: all pods are marked unready, and all of them serve. On real sockets. */
class LastResortFleetTest {

    private static final int PODS = 20;
    private static final int CALLERS = 2;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    @Test
    void c11_twentyPodsMarkedUnreadyWithinASecondFailNoConnect() throws Exception {
        try (LoopbackPods pods = LoopbackPods.start(PODS)) {
            StaticDiscovery discovery = pods.discovery();
            try (Onehop onehop = LoopbackPods.onehop(discovery)
                    .lastResort(LastResort.NOT_READY)
                    .build()) {
                Balancer api = onehop.balancer("api-service.shop:80");
                api.ready().toCompletableFuture().join();
                var callers = new Callers(api);
                callers.awaitCalls(200);

                Set<String> unready = new HashSet<>();
                for (LoopbackPod pod : pods) {
                    unready.add(pod.name());
                    publish(discovery, pods, unready);
                    callers.awaitCalls(40);
                }
                await().until(() -> api.eligible().isLastResort());
                int before = pods.accepts();
                callers.awaitCalls(200);
                assertThat(api.eligible().isLastResort()).isTrue();
                assertThat(pods.accepts()).as("they are called all the while").isGreaterThan(before);
                for (LoopbackPod pod : pods) {
                    unready.remove(pod.name());
                    publish(discovery, pods, unready);
                    callers.awaitCalls(10);
                }
                await().until(() -> api.eligible().size() == PODS);
                callers.awaitCalls(100);
                callers.end();

                Figure.print(
                        "C-11",
                        PODS + " pods are marked unready within a second, and ready again",
                        "%d connects, %d failed",
                        callers.connects.get(),
                        callers.failures.size());
                assertThat(callers.failures).isEmpty();
                assertThat(callers.connects.get()).isGreaterThan(500);
                assertThat(api.eligible().isLastResort()).isFalse();
                assertThat(api.eligible().size()).isEqualTo(PODS);
                assertThat(api.tally().lastResorts()).isEqualTo(1);
                assertThat(api.tally().failovers()).isZero();
            }
        }
    }

    private static void publish(StaticDiscovery discovery, LoopbackPods pods, Set<String> unready) {
        EndpointSlice[] slices = LoopbackPods.slices(pods.all());
        for (int i = 0; i < slices.length; i++) {
            List<Endpoint> endpoints = slices[i].endpoints().stream()
                    .map(each -> unready.contains(each.podName())
                            ? Endpoint.builder(each.address())
                                    .conditions(false, false, false)
                                    .node(each.nodeName())
                                    .pod(each.podName(), each.podUid())
                                    .build()
                            : each)
                    .toList();
            slices[i] = EndpointSlice.of(LoopbackPods.API, slices[i].name(), slices[i].ports(), endpoints);
        }
        discovery.set(LoopbackPods.service(), slices);
    }

    /** Threads that connect and hang up, one call after the other. */
    private static final class Callers {

        private final AtomicInteger connects = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();

        Callers(Balancer api) {
            for (int i = 0; i < CALLERS; i++) {
                var thread = new Thread(() -> call(api), "caller-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        }

        /** Until so many more have ended, well or not. */
        void awaitCalls(int more) {
            int before = calls();
            await().pollInterval(Duration.ofMillis(1)).until(() -> calls() - before >= more);
        }

        private int calls() {
            return connects.get() + failures.size();
        }

        void end() throws InterruptedException {
            over.set(true);
            for (Thread thread : threads) {
                thread.join(10_000);
            }
        }

        private void call(Balancer api) {
            while (!over.get()) {
                try {
                    api.connect(TIMEOUT, Callers::dial);
                    connects.incrementAndGet();
                } catch (IOException | RuntimeException e) {
                    failures.add(e.toString());
                }
                LockSupport.parkNanos(1_000_000);
            }
        }

        private static String dial(Attempt attempt, Duration left) throws IOException {
            try (Socket socket = new Socket()) {
                socket.connect(attempt.address(), (int) Math.max(1, left.toMillis()));
                attempt.succeeded();
            }
            return "connected";
        }
    }
}
