package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.time.ManualTime;
import dev.onehop.time.SerialScheduler;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What big Services and floods of changes cost: bytes are asserted, milliseconds printed. */
class MemoryTest {

    private static final long MEBI = 1L << 20;

    @Test
    void c28_fiveThousandEndpointsAreListedAndPublishedInFortyMebibytes() {
        try (FakeApiServer server = FakeApiServer.start()) {
            server.create("services", "shop", ApiObjects.apiService());
            for (int slice = 0; slice < 50; slice++) {
                String prefix = "10.2." + slice + ".";
                server.create(
                        "endpointslices",
                        "shop",
                        ApiObjects.slice(
                                "s%02d".formatted(slice),
                                IntStream.rangeClosed(1, 100)
                                        .mapToObj(i -> prefix + i)
                                        .toArray(String[]::new)));
            }
            long before = retained();
            for (int round = 1; round <= 3; round++) {
                long began = System.nanoTime();
                try (var discovery = KubernetesDiscovery.builder()
                                .config(Rig.config(server))
                                .build();
                        Onehop onehop = Onehop.builder()
                                .discovery(discovery)
                                .meshDetection(false)
                                .build()) {
                    long built = System.nanoTime();
                    Balancer api = onehop.balancer("api-service.shop:80");
                    var first = new CompletableFuture<Long>();
                    api.onChange(eligible -> {
                        if (eligible.size() > 0) {
                            first.complete(System.nanoTime());
                        }
                    });

                    long picked = first.orTimeout(20, TimeUnit.SECONDS).join();

                    long kept = retained() - before;
                    System.out.printf(
                            "C-28: 5,000 endpoints in 50 slices, round %d: client %d ms, list to pick %d ms, %d KiB%n",
                            round, (built - began) / 1_000_000, (picked - built) / 1_000_000, kept / 1024);
                    assertThat(api.eligible().size()).isEqualTo(5_000);
                    assertThat(kept).isLessThan(40 * MEBI);
                }
            }
        }
    }

    @Test
    void c29_aHundredThousandChangesAreReadNoFasterThanDealtWithAndLeaveNothing() throws Exception {
        int changes = 100_000;
        var loop = new CountingLoop();
        var last = new AtomicReference<ServiceView>(new ServiceView.Unknown("nothing heard"));
        try (FloodServer server = FloodServer.start(changes);
                KubernetesDiscovery discovery = discovery(server, loop)) {
            discovery.subscribe(ApiObjects.API, last::set);
            await().until(() -> {
                loop.time.run();
                return last.get() instanceof Live;
            });
            long before = retained();

            long stuckAt = writtenWhileNobodyReads(server);
            long stuck = retained() - before;
            assertThat(stuckAt).as("bytes in sockets and buffers").isLessThan(16 * MEBI);
            assertThat(loop.queued.get()).as("tasks that wait").isLessThanOrEqualTo(4);
            assertThat(stuck).as("bytes kept while it waits").isLessThan(4 * MEBI);

            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        loop.time.advance(Duration.ofMillis(1));
                        return Rig.addresses(last.get()).contains(FloodServer.address(changes));
                    });

            long kept = retained() - before;
            System.out.printf(
                    "C-29: %d changes, %d KiB: stuck after %d KiB with %d KiB kept; at most %d tasks; then %d KiB kept%n",
                    changes, server.written() / 1024, stuckAt / 1024, stuck / 1024, loop.most.get(), kept / 1024);
            assertThat(loop.most.get()).as("tasks that ever waited").isLessThanOrEqualTo(16);
            assertThat(kept).as("bytes kept afterwards").isLessThan(4 * MEBI);
        }
    }

    private static KubernetesDiscovery discovery(FloodServer server, CountingLoop loop) {
        return KubernetesDiscovery.builder()
                .config(new ConfigBuilder(Config.empty())
                        .withMasterUrl(server.url())
                        .build())
                .environment(Map.of())
                .loop(loop)
                .wallMillis(() -> loop.nanoTime() / 1_000_000)
                .build();
    }

    /** Waits until the server has not got rid of a byte for half a second. */
    private static long writtenWhileNobodyReads(FloodServer server) {
        var last = new AtomicReference<>(-1L);
        await().pollInterval(Duration.ofMillis(500))
                .until(() -> last.getAndSet(server.written()) == server.written() && server.written() > 0);
        return server.written();
    }

    /** Bytes of the heap in use that a collection leaves. */
    private static long retained() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Pushed time that counts the tasks which wait. */
    private static final class CountingLoop implements SerialScheduler {
        private final ManualTime time = new ManualTime();
        private final AtomicInteger queued = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        @Override
        public long nanoTime() {
            return time.nanoTime();
        }

        @Override
        public void execute(Runnable task) {
            most.accumulateAndGet(queued.incrementAndGet(), Math::max);
            time.execute(() -> {
                queued.decrementAndGet();
                task.run();
            });
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
        }

        @Override
        public void close() {
            time.close();
        }
    }
}
