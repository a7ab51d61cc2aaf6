package dev.onehop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.SampleService;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How late picks are, as kube-proxy measures it (R46). */
class ProgrammingTimesTest {

    private final MeteredOnehop metered = new MeteredOnehop();
    private final Instant began = metered.wall;

    @AfterEach
    void close() {
        metered.close();
    }

    @Test
    void r46_aChangeIsTimedFromItsTriggerToTheSnapshot() {
        metered.fleet(3);
        metered.wall = began.plusMillis(2_500);

        change(began.plusMillis(1_000), "IPv4");

        assertThat(observations()).isEqualTo(1);
        assertThat(timer().totalTime(TimeUnit.MILLISECONDS)).isEqualTo(1_500);
        assertThat(timer().getId().getTag("family")).isEqualTo("IPv4");
    }

    @Test
    void r46_theSameTriggerCountsOnce() {
        metered.fleet(3);
        metered.wall = began.plusSeconds(2);

        change(began.plusSeconds(1), "IPv4");
        change(began.plusSeconds(1), "IPv4");
        assertThat(observations()).isEqualTo(1);

        change(began.plusMillis(1_001), "IPv4");
        assertThat(observations()).isEqualTo(2);
    }

    @Test
    void r46_aTriggerCountsOnceForAllPortsOfAService() {
        metered.fleet(3);
        metered.onehop.balancer("api.shop:http");
        metered.wall = began.plusSeconds(2);

        change(began.plusSeconds(1), "IPv4");

        assertThat(observations()).isEqualTo(1);
    }

    @Test
    void r46_triggersFromBeforeTheServiceWasFollowedAreLeftOut() {
        metered.fleet(3);
        metered.wall = began.plusSeconds(2);

        change(began.minusMillis(1), "IPv4");

        assertThat(observations()).isZero();
    }

    @Test
    void r46_slicesWithoutAReadableTriggerAreLeftOut() {
        metered.fleet(3);

        change(null, "IPv4");

        assertThat(observations()).isZero();
    }

    @Test
    void r46_aSliceThatIsDeletedIsLeftOut() {
        metered.fleet(3);
        metered.wall = began.plusSeconds(2);
        change(began.plusSeconds(1), "IPv4");

        metered.discovery.set(SampleService.service());
        metered.time.run();

        assertThat(observations()).isEqualTo(1);
    }

    @Test
    void r9_slicesOfNoFamilyAreLeftOut() {
        metered.fleet(3);
        metered.wall = began.plusSeconds(2);

        change(began.plusSeconds(1), "FQDN");

        assertThat(observations()).isZero();
    }

    @Test
    void aClockThatIsBehindTheControllersMakesZero() {
        metered.fleet(3);

        change(began.plusSeconds(1), "IPv4");

        assertThat(observations()).isEqualTo(1);
        assertThat(timer().totalTime(TimeUnit.MILLISECONDS)).isZero();
    }

    @Test
    void r46_theBucketsAreKubeProxys() {
        double[] seconds = Arrays.stream(ProgrammingTimes.kubeProxyBuckets())
                .mapToDouble(bucket -> bucket.toMillis() / 1e3)
                .toArray();
        double[] kubeProxys = IntStream.of(1, 2, 3, 4)
                .boxed()
                .flatMapToDouble(part -> switch (part) {
                    case 1 -> DoubleStream.of(0.25, 0.5);
                    case 2 -> LongStream.rangeClosed(1, 59).asDoubleStream();
                    case 3 -> LongStream.range(0, 12).mapToDouble(i -> 60 + 5 * i);
                    default -> LongStream.range(0, 7).mapToDouble(i -> 120 + 30 * i);
                })
                .toArray();

        assertThat(seconds).isEqualTo(kubeProxys).hasSize(80);
    }

    @Test
    void theBucketsAreExported() {
        metered.fleet(3);
        metered.wall = began.plusSeconds(2);
        change(began.plusSeconds(1), "IPv4");

        assertThat(timer().takeSnapshot().histogramCounts()).hasSize(80);
    }

    private void change(@Nullable Instant trigger, String addressType) {
        EndpointSlice of = SampleService.slice("api-1", 0, 3);
        metered.discovery.set(
                SampleService.service(),
                new EndpointSlice(
                        of.namespace(),
                        of.name(),
                        of.serviceName(),
                        false,
                        addressType,
                        of.ports(),
                        of.endpoints(),
                        trigger));
        metered.time.advance(Duration.ZERO);
    }

    private long observations() {
        return metered.registry.find("onehop.network.programming.duration").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private Timer timer() {
        return metered.registry.get("onehop.network.programming.duration").timer();
    }
}
