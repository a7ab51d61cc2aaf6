package dev.onehop.benchmarks;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.StaticDiscovery;
import java.util.concurrent.TimeUnit;
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
 * How long does it take from a changed slice until picks see it: merge, rules, health, snapshot, hand-over between the
 * threads? One pod of one slice changes its readiness at each step.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar UpdateBenchmark -prof gc</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(2)
public class UpdateBenchmark {

    @Param({"100", "1000", "10000"})
    int pods;

    final StaticDiscovery discovery = StaticDiscovery.create();
    Onehop onehop;
    Balancer balancer;
    EndpointSlice[] all;
    EndpointSlice[] oneNotReady;
    boolean flip;

    @Setup
    public void setUp() throws Exception {
        all = Fleet.slices(pods);
        oneNotReady = all.clone();
        oneNotReady[0] = Fleet.slice(0, 0, 100, 42);
        discovery.set(Fleet.SERVICE, all);
        onehop = Onehop.builder().discovery(discovery).meshDetection(false).build();
        balancer = onehop.balancer("api.shop:80");
        balancer.attempt().close();
    }

    @TearDown
    public void tearDown() {
        onehop.close();
    }

    @Benchmark
    public int changeOneSlice() {
        flip = !flip;
        int expected = flip ? pods - 1 : pods;
        discovery.set(Fleet.SERVICE, flip ? oneNotReady : all);
        while (balancer.eligible().size() != expected) {
            Thread.onSpinWait();
        }
        return expected;
    }
}
