package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.OnehopEvent;
import dev.onehop.Probes;
import dev.onehop.PushedOnehop;
import dev.onehop.health.Backend;
import dev.onehop.metrics.OnehopMetrics;
import dev.onehop.service.Endpoint;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L-3: what is known of pods goes with them. */
@Tag("tierb")
class IncarnationsTest {

    private static final long SEED = 20261122;
    private static final int PODS = 100;
    private static final int REFUSING = 10;
    private static final int ANSWERING_BADLY = 5;
    private static final int REQUESTS = 4 * PODS;
    private static final int ROLLOUTS = 1_000;
    private static final int ROLLOUTS_BETWEEN_LOOKS = 200;
    private static final Duration ROLLOUT = Duration.ofSeconds(6);

    /**
     * Who has left is looked at for another minute, for its attempts may still be open; of those the latest thousand. Of who
     * was ejected as well, no more than the key is known longer.
     */
    private static final int MOST_LEAVING = 1_000;

    private static final Duration TOMBSTONE = Duration.ofSeconds(60);
    private static final long FLAT_BYTES = 1L << 20;

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** What there was, and is not yet known to be gone. */
    private final List<WeakReference<Object>> backends = new ArrayList<>();

    private final List<WeakReference<Object>> keys = new ArrayList<>();

    @Test
    void l3_aHundredThousandPodIncarnationsLeaveNoMemoryBehind() throws Exception {
        try (Onehop onehop = Probes.after(address -> false, Runnable::run)
                .in(PushedOnehop.builder(discovery, time, new SplittableRandom(SEED)))
                .build()) {
            new OnehopMetrics(onehop).perPod(true).bindTo(registry);
            var ejections = new AtomicInteger();
            var panics = new AtomicInteger();
            onehop.listen(event -> {
                ejections.addAndGet(event instanceof OnehopEvent.Ejected ? 1 : 0);
                panics.addAndGet(event instanceof OnehopEvent.PanicBegan ? 1 : 0);
            });
            publish(List.of());
            Balancer api = onehop.balancer("api.shop:80");
            time.run();
            int metersWithoutPods = registry.getMeters().size();

            List<Long> heap = new ArrayList<>();
            List<Integer> known = new ArrayList<>();
            for (int rollout = 0; rollout < ROLLOUTS; rollout++) {
                publish(pods(rollout));
                remember(api);
                traffic(api);
                if (rollout % ROLLOUTS_BETWEEN_LOOKS == ROLLOUTS_BETWEEN_LOOKS - 1) {
                    heap.add(usedAfterGc());
                    known.add(alive(keys));
                    assertThat(alive(backends)).as("backends").isLessThanOrEqualTo(PODS + MOST_LEAVING);
                }
            }
            publish(pods(ROLLOUTS));
            time.advance(TOMBSTONE.plus(TOMBSTONE));
            publish(pods(ROLLOUTS + 1));
            usedAfterGc();
            int left = alive(keys);
            publish(List.of());

            long grown = heap.get(heap.size() - 1) - heap.get(0);
            Figure.print(
                    "L-3",
                    ROLLOUTS * PODS + " incarnations, " + PODS + " at a time for " + ROLLOUT.toSeconds()
                            + " s each, 10 % refuse and 5 % answer 503, meters per pod",
                    "%,d ejections; pods known every %,d: %s, two minutes later %d of old; heap after GC %+d kB; %d meters"
                            + " of pods left; shared fate %d times",
                    ejections.get(),
                    ROLLOUTS_BETWEEN_LOOKS * PODS,
                    known,
                    left,
                    grown / 1024,
                    registry.getMeters().size() - metersWithoutPods,
                    panics.get());
            assertThat(ejections).hasValueGreaterThan(ROLLOUTS * REFUSING / 2);
            assertThat(known).allSatisfy(each -> assertThat(each).isBetween(PODS, PODS + MOST_LEAVING + PODS));
            assertThat(left).as("old pods known after all is over").isZero();
            assertThat(grown).as("bytes").isLessThan(FLAT_BYTES);
            assertThat(registry.getMeters()).hasSize(metersWithoutPods);
            assertThat(panics)
                    .as("one fleet's bad answers are not the next one's")
                    .hasValueLessThan(ROLLOUTS / 10);
        }
    }

    private void publish(List<Endpoint> endpoints) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", endpoints));
        time.run();
    }

    private static List<Endpoint> pods(int rollout) {
        return IntStream.range(0, PODS)
                .mapToObj(i -> Endpoint.builder(SampleService.address(i))
                        .conditions(true, true, false)
                        .pod("pod-" + i, "uid-" + rollout + "-" + i)
                        .build())
                .toList();
    }

    private void remember(Balancer api) {
        for (Backend backend : api.eligible().backends()) {
            backends.add(new WeakReference<>(backend));
            keys.add(new WeakReference<>(backend.key()));
        }
    }

    /** Requests at an even pace until the next rollout: the first pods refuse, the next answer badly, the others are well. */
    private void traffic(Balancer api) throws NoBackendException {
        for (int i = 0; i < REQUESTS; i++) {
            Attempt attempt = api.attempt();
            int pod = attempt.address().getAddress().getAddress()[3] - 1;
            if (pod < REFUSING) {
                attempt.failed(new ConnectException("Connection refused"));
            } else {
                attempt.connected();
                attempt.answered(pod < REFUSING + ANSWERING_BADLY ? 503 : 200, false);
            }
            time.advance(ROLLOUT.dividedBy(REQUESTS));
        }
    }

    private static int alive(Collection<WeakReference<Object>> references) {
        references.removeIf(reference -> reference.get() == null);
        return references.size();
    }

    private static long usedAfterGc() {
        System.gc();
        System.gc();
        Runtime jvm = Runtime.getRuntime();
        return jvm.totalMemory() - jvm.freeMemory();
    }
}
