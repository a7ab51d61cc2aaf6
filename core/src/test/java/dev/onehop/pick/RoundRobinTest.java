package dev.onehop.pick;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Backend;
import dev.onehop.testing.SampleService;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest extends PickPolicyContract {

    @Override
    protected PickPolicy policy() {
        return PickPolicy.roundRobin();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1_000})
    void r28_oneThreadVisitsEveryBackendOnceALap(int pods) {
        var eligible = SampleService.eligible(pods);
        var picker = picker();

        for (int lap = 0; lap < 5; lap++) {
            Set<Backend> seen = new HashSet<>();
            for (int i = 0; i < pods; i++) {
                seen.add(picker.pick(eligible));
            }
            assertThat(seen).hasSize(pods);
        }
    }

    @Test
    void r28_clientsDoNotAllBeginWithTheSameBackend() {
        var eligible = SampleService.eligible(10);
        Set<Backend> first = new HashSet<>();

        for (int client = 0; client < 50; client++) {
            first.add(PickPolicy.roundRobin().picker(new Random(client)).pick(eligible));
        }

        assertThat(first).hasSizeGreaterThan(5);
    }

    @Test
    void r28_manyThreadsTogetherAreEvenToWithinOnePickPerCounter() throws InterruptedException {
        var eligible = SampleService.eligible(7);
        var picker = picker();
        Map<Backend, LongAdder> counts = new ConcurrentHashMap<>();
        eligible.backends().forEach(backend -> counts.put(backend, new LongAdder()));
        int threads = 8;
        var done = new CountDownLatch(threads);

        for (int t = 0; t < threads; t++) {
            new Thread(() -> {
                        for (int i = 0; i < 70_000; i++) {
                            counts.get(picker.pick(eligible)).increment();
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();

        long least = counts.values().stream().mapToLong(LongAdder::sum).min().orElseThrow();
        long most = counts.values().stream().mapToLong(LongAdder::sum).max().orElseThrow();
        assertThat(most - least).isLessThanOrEqualTo(64); // there are never more than 64 counters
    }
}
