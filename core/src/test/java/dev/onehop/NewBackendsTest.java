package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.service.Endpoint;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What pods that are new, or ready again, begin with (reliability 2.7, 2.10). */
class NewBackendsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final List<Onehop> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Onehop::close);
    }

    @Test
    void f40_aNewPodGetsATenthOfItsShareWhichGrowsToAllOfItWithinTenSeconds() throws Exception {
        Balancer api = fleet(4, true);
        publish(pods(0, 5));

        int first = traffic(api, SECOND).getOrDefault("pod-4", 0);
        time.advance(Duration.ofSeconds(9));
        int after = traffic(api, SECOND.multipliedBy(20)).get("pod-4");

        double share = first / 1_000.0 * 5;
        double later = after / 20_000.0 * 5;
        assertThat(share).isLessThanOrEqualTo(0.35);
        assertThat(later).isBetween(0.9, 1.1);
        assertThat(api.eligible().isRamping()).isFalse();
    }

    @Test
    void unlessAskedForANewPodGetsItsShareAtOnce() throws Exception {
        Balancer api = fleet(4, false);
        publish(pods(0, 5));

        assertThat(traffic(api, SECOND.multipliedBy(5)).get("pod-4")).isBetween(850, 1_150);
    }

    @Test
    void thePodsOfTheFirstViewShareAtOnceAndSoDoThoseThatReplaceAllOthers() throws Exception {
        Balancer api = fleet(5, true);
        assertThat(api.eligible().isRamping()).isFalse();

        publish(pods(5, 10));
        assertThat(api.eligible().isRamping()).isFalse();
    }

    @Test
    void theSecondOfTwoPodsSharesAtOnce() throws Exception {
        Balancer api = fleet(1, true);
        publish(pods(0, 2));

        assertThat(api.eligible().isRamping()).isFalse();
        assertThat(traffic(api, SECOND).get("pod-1")).isBetween(400, 600);
    }

    @Test
    void aPodThatIsReadyAgainIsANewOneAndItsCountersBeginAtZero() throws Exception {
        Balancer api = fleet(5, true);
        Attempt before = attemptOn(api, "pod-0");
        attemptOn(api, "pod-0").failed(Signal.CONNECT_REFUSED);
        publish(withFirst(false));
        assertThat(api.eligible().size()).isEqualTo(4);
        publish(withFirst(true));

        Backend again = backend(api, "pod-0");
        assertThat(again).isNotSameAs(before.backend().orElseThrow());
        assertThat(again.started()).isZero();
        assertThat(again.hardEvidence()).hasToString("none");
        assertThat(again.weight(time.nanoTime())).isEqualTo(0.1);

        before.failed(Signal.CONNECT_REFUSED); // of the generation before
        time.run();
        assertThat(again.failed()).isZero();
        assertThat(again.isSuspect(time.nanoTime())).isFalse();
    }

    @Test
    void anEjectedPodThatIsReadyAgainWithinAMinuteIsStillEjected() throws Exception {
        Balancer api = fleet(5, false);
        Callers.refusedTwice(api, "pod-0", time);
        assertThat(api.eligible().ejected()).hasSize(1);

        publish(withFirst(false));
        publish(withFirst(true));
        assertThat(api.eligible().ejected()).hasSize(1);
    }

    private Balancer fleet(int count, boolean ramp) {
        Onehop onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(11))
                .rampNewBackends(ramp)
                .build();
        opened.add(onehop);
        publish(pods(0, count));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        return api;
    }

    private void publish(List<Endpoint> endpoints) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", endpoints));
        time.run();
    }

    private static List<Endpoint> pods(int from, int until) {
        return IntStream.range(from, until).mapToObj(SampleService::pod).toList();
    }

    /** Five pods, the first of which is ready or not. */
    private static List<Endpoint> withFirst(boolean ready) {
        List<Endpoint> all = new ArrayList<>(pods(1, 5));
        all.add(Endpoint.builder(SampleService.address(0))
                .conditions(ready, ready, false)
                .pod("pod-0", "uid-0")
                .build());
        return all;
    }

    /** A thousand requests a second; counts them by pod. */
    private Map<String, Integer> traffic(Balancer api, Duration during) throws NoBackendException {
        Map<String, Integer> picks = new HashMap<>();
        for (long i = during.toMillis(); i > 0; i--) {
            Attempt attempt = api.attempt();
            picks.merge(name(attempt), 1, Integer::sum);
            attempt.succeeded();
            time.advance(Duration.ofMillis(1));
        }
        return picks;
    }

    private static Attempt attemptOn(Balancer api, String pod) throws NoBackendException {
        for (int i = 0; i < 10_000; i++) {
            Attempt attempt = api.attempt();
            if (name(attempt).equals(pod)) {
                return attempt;
            }
            attempt.close();
        }
        throw new AssertionError(pod + " was not picked in 10,000 attempts");
    }

    private static Backend backend(Balancer api, String pod) {
        return api.eligible().backends().stream()
                .filter(each -> each.podName().orElseThrow().equals(pod))
                .findFirst()
                .orElseThrow();
    }

    private static String name(Attempt attempt) {
        return attempt.backend().flatMap(Backend::podName).orElse("");
    }
}
