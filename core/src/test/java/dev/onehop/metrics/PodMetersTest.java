package dev.onehop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Balancer;
import dev.onehop.service.Endpoint;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Meters of pods, where they are asked for: as many as there are pods, and no more. */
class PodMetersTest {

    private static final int PER_POD = 6;

    private final MeteredOnehop metered = new MeteredOnehop(true, builder -> builder);

    @AfterEach
    void close() {
        metered.close();
    }

    @Test
    void eachPodHasItsOwn() throws Exception {
        Balancer api = metered.fleet(2);
        for (int i = 0; i < 10; i++) {
            api.attempt().succeeded();
        }

        assertThat(of("pod-0") + of("pod-1")).isEqualTo(10);
        assertThat(of("pod-0")).isBetween(1.0, 9.0);
        assertThat(metered.value("onehop.pod.attempts.started", "address", "10.244.0.1:8080"))
                .isEqualTo(of("pod-0"));
    }

    @Test
    void anEjectedPodSaysSo() throws Exception {
        Balancer api = metered.fleet(2);
        Callers.refusedTwice(api, "pod-0", metered.time);

        assertThat(metered.value("onehop.pod.ejected", "pod", "pod-0")).isEqualTo(1);
        assertThat(metered.value("onehop.pod.ejected", "pod", "pod-1")).isZero();
    }

    @Test
    void tenThousandIncarnationsLeaveNoMeterBehind() {
        metered.fleet(0);
        int withoutPods = metered.registry.getMeters().size();

        for (int rollout = 0; rollout < 100; rollout++) {
            replaceAll(rollout);
            assertThat(metered.registry.getMeters()).hasSize(withoutPods + 100 * PER_POD);
        }
        metered.pods(0, 0);

        assertThat(metered.registry.getMeters()).hasSize(withoutPods);
        assertThat(metered.meters("onehop.pod.")).isEmpty();
    }

    @Test
    void aNewPodUnderAnOldNameAndAddressBeginsAtZero() throws Exception {
        replaceAll(0);
        Balancer api = metered.onehop.balancer("api.shop:80");
        metered.time.run();
        for (int i = 0; i < 1_000; i++) {
            api.attempt().succeeded();
        }
        assertThat(of("pod-0")).isPositive();

        replaceAll(1);

        assertThat(of("pod-0")).isZero();
        assertThat(metered.value("onehop.attempts.started")).isEqualTo(1_000);
    }

    @Test
    void closingRemovesThemToo() {
        metered.fleet(2);

        metered.metrics.close();

        assertThat(metered.registry.getMeters()).isEmpty();
    }

    /** A hundred pods under the same names and addresses as those before, as of a StatefulSet that is restarted. */
    private void replaceAll(int rollout) {
        List<Endpoint> pods = IntStream.range(0, 100)
                .mapToObj(i -> Endpoint.builder(SampleService.address(i))
                        .conditions(true, true, false)
                        .pod("pod-" + i, "uid-" + rollout + "-" + i)
                        .build())
                .toList();
        metered.discovery.set(SampleService.service(), SampleService.slice("api-1", pods));
        metered.time.run();
    }

    private double of(String pod) {
        return metered.value("onehop.pod.attempts.started", "pod", pod);
    }
}
