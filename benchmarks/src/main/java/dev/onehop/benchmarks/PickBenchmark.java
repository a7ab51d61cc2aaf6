package dev.onehop.benchmarks;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Outcome;
import dev.onehop.pick.PickPolicy;
import dev.onehop.pick.PickPolicy.Picker;
import dev.onehop.service.StaticDiscovery;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How much dearer is a pick than the least it could be: one volatile read of an array and a random index into it? And
 * what does an attempt add, which is counted, timed and ended?
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar PickBenchmark -prof gc [-t 2]</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(2)
public class PickBenchmark {

    @Param({"3", "100", "10000"})
    int pods;

    volatile Backend[] floor;
    volatile Eligible eligible;
    final AtomicInteger counter = new AtomicInteger();
    Picker random;
    Picker roundRobin;
    Onehop onehop;
    Balancer balancer;

    @Setup
    public void setUp() throws Exception {
        eligible = Fleet.eligible(pods);
        floor = eligible.backends().toArray(Backend[]::new);
        random = PickPolicy.random().picker(new Shared());
        roundRobin = PickPolicy.roundRobin().picker(new Shared());
        var discovery = StaticDiscovery.create();
        discovery.set(Fleet.SERVICE, Fleet.slices(pods));
        onehop = Onehop.builder().discovery(discovery).meshDetection(false).build();
        balancer = onehop.balancer("api.shop:80");
        balancer.attempt().close();
    }

    @TearDown
    public void tearDown() {
        onehop.close();
    }

    @Benchmark
    public Backend floorRandom() {
        Backend[] all = floor;
        return all[ThreadLocalRandom.current().nextInt(all.length)];
    }

    @Benchmark
    public Backend floorCounter() {
        Backend[] all = floor;
        return all[Integer.remainderUnsigned(counter.getAndIncrement(), all.length)];
    }

    @Benchmark
    public Backend pickRandom() {
        return random.pick(eligible);
    }

    @Benchmark
    public Backend pickRoundRobin() {
        return roundRobin.pick(eligible);
    }

    @Benchmark
    public boolean attempt() throws NoBackendException {
        Attempt attempt = balancer.attempt();
        return attempt.succeeded();
    }

    /** An attempt that is counted, timed and ended once, and from which nothing is learnt about the backend. */
    @Benchmark
    public boolean attemptWithoutHealth() {
        Backend backend = random.pick(eligible);
        backend.opened();
        return new Bare(backend, System.nanoTime()).succeeded();
    }

    private static final class Bare {
        private final Backend backend;

        @SuppressWarnings("unused")
        private final long startNanos;

        private final AtomicBoolean open = new AtomicBoolean(true);

        Bare(Backend backend, long startNanos) {
            this.backend = backend;
            this.startNanos = startNanos;
        }

        boolean succeeded() {
            if (!open.compareAndSet(true, false)) {
                return false;
            }
            backend.ended(Outcome.SUCCEEDED);
            return true;
        }
    }

    /** The generator a balancer uses. */
    private static final class Shared implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }

        @Override
        public int nextInt(int bound) {
            return ThreadLocalRandom.current().nextInt(bound);
        }
    }
}
