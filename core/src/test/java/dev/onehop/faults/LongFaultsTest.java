package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceType;
import dev.onehop.testing.Callers;
import dev.onehop.testing.ChiSquare;
import dev.onehop.testing.SampleService;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What takes minutes, or an exact instant, in pushed time: F-11, F-26, F-30, F-33, F-34, F-39, F-40, F-51, F-53, P-6. */
class LongFaultsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void f11_afterHalfAMinuteWithoutAnyPodAllAreBackWithinFifteenSeconds() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 10).traffic(Duration.ofSeconds(30), 300);
            fleet.refusing.clear();
            double back = 0;
            while (!fleet.out().isEmpty() && back < 60) {
                fleet.traffic(Duration.ofMillis(100), 300);
                back += 0.1;
            }

            Figure.print(
                    "F-11",
                    "all of 10 refuse for 30 s and return at once (pushed time)",
                    "all back after %.1f s (promised: 15 s), %d probes",
                    back,
                    fleet.probes.all());
            assertThat(back).isLessThanOrEqualTo(15);
            assertThat(fleet.snapshots.most()).isEqualTo(9);
            assertThat(fleet.snapshots.broken()).isEmpty();
        }
    }

    @Test
    void f26_aFifthOfBadAnswersEverywhereForTenMinutesEjectsNobody() throws Exception {
        try (Pushed fleet = Pushed.pods(5)) {
            var random = new SplittableRandom(26);
            for (int i = 0; i < 300_000; i++) { // 100 a second and pod
                fleet.api().attempt().answered(random.nextInt(5) == 0 ? 500 : 200, false);
                fleet.time.advance(Duration.ofMillis(2));
            }

            Figure.print(
                    "F-26",
                    "20 % of 500s on all of 5 for 10 min at 100/s each (pushed time)",
                    "%d ejections in 300,000 answers",
                    fleet.snapshots.ejections());
            assertThat(fleet.snapshots.ejections()).isZero();
        }
    }

    @Test
    void f30_probesComeAfter1_2_4_8_16And30Seconds() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 1);
            Callers.refusedTwice(fleet.api(), "pod-0", fleet.time);
            assertThat(fleet.out()).containsExactly("pod-0");
            var gaps = new ArrayList<Double>();
            long last = fleet.time.nanoTime();
            for (int millis = 0; millis < 200_000 && gaps.size() < 7; millis++) {
                fleet.time.advance(Duration.ofMillis(1));
                if (fleet.probes.all() > gaps.size()) {
                    gaps.add((fleet.time.nanoTime() - last) / 1e9);
                    last = fleet.time.nanoTime();
                }
            }

            double[] promised = {1, 2, 4, 8, 16, 30, 30};
            Figure.print(
                    "F-30",
                    "1 of 10 refuses for minutes (pushed time)",
                    "seconds between probes: %.1f %.1f %.1f %.1f %.1f %.1f %.1f",
                    gaps.toArray());
            for (int i = 0; i < promised.length; i++) {
                assertThat(gaps.get(i)).isCloseTo(promised[i], within(promised[i] * 0.2 + 0.001));
            }
            assertThat(fleet.snapshots.ejections()).isEqualTo(1);
        }
    }

    @Test
    void f33_bad503sThatSixtyFourThreadsReportAtOnceAreOneEjection() throws Exception {
        try (Pushed fleet = Pushed.pods(5)) {
            fleet.traffic(SECOND, 1_000);
            atOnce(fleet, 64, attempt -> attempt.answered(503, false));

            Backend out = fleet.api().eligible().ejected().get(0);
            int times = fleet.api().eligible().ejection(out).orElseThrow().times();
            Figure.print(
                    "F-33",
                    "64 threads report at one instant: 503",
                    "%d ejection, k=%d",
                    fleet.snapshots.ejections(),
                    times);
            assertThat(fleet.snapshots.ejections()).isEqualTo(1);
            assertThat(times).isEqualTo(1);
            assertThat(fleet.out()).containsExactly("pod-0");
        }
    }

    @Test
    void f33_refusalsThatSixtyFourThreadsReportAtOnceAreASuspicionAndTheNextAnEjection() throws Exception {
        try (Pushed fleet = Pushed.pods(5)) {
            Attempt another = fleet.attemptOn("pod-0");
            fleet.time.advance(Duration.ofMillis(2));
            atOnce(fleet, 64, attempt -> attempt.failed(new ConnectException("Connection refused")));
            int first = fleet.snapshots.ejections();
            another.failed(new ConnectException("Connection refused"));
            fleet.time.run();

            Figure.print(
                    "F-33",
                    "64 threads report at one instant: refused; then one more",
                    "%d ejections, then %d",
                    first,
                    fleet.snapshots.ejections());
            assertThat(first).isZero();
            assertThat(fleet.snapshots.ejections()).isEqualTo(1);
            assertThat(fleet.out()).containsExactly("pod-0");
        }
    }

    private static void atOnce(Pushed fleet, int threads, Consumer<Attempt> ending) throws Exception {
        List<Attempt> attempts = new ArrayList<>();
        while (attempts.size() < threads) {
            attempts.add(fleet.attemptOn("pod-0"));
        }
        var barrier = new CyclicBarrier(threads);
        List<Thread> running = attempts.stream()
                .map(attempt -> new Thread(() -> {
                    try {
                        barrier.await();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    ending.accept(attempt);
                }))
                .toList();
        running.forEach(Thread::start);
        for (Thread thread : running) {
            thread.join(10_000);
        }
        fleet.time.run();
    }

    @Test
    void f34_aPodThatReturnsAndFailsAgainIsOutAfterTwoFailuresAgain() throws Exception {
        try (Pushed fleet = Pushed.pods(5)) {
            List<Long> failures = new ArrayList<>();
            List<Integer> times = new ArrayList<>();
            for (int round = 1; round <= 3; round++) {
                fleet.refuse(0, 1);
                long looked = fleet.probes.all();
                long refused = 0;
                while (fleet.out().isEmpty() && refused < 10) {
                    fleet.attemptOn("pod-0").failed(new ConnectException("Connection refused"));
                    refused++;
                    fleet.time.advance(SECOND);
                }
                failures.add(refused + fleet.probes.all() - looked);
                assertThat(refused).as("what callers see of it").isEqualTo(1);
                var out = fleet.api().eligible().ejected().get(0);
                times.add(fleet.api().eligible().ejection(out).orElseThrow().times());
                fleet.refusing.clear();
                fleet.time.advance(Duration.ofSeconds(5));
                assertThat(fleet.out()).isEmpty();
            }
            Figure.print("F-34", "ejected, back, ejected, back, ejected (pushed time)", "after %s failures", failures);
            assertThat(failures).containsExactly(2L, 2L, 2L);
            assertThat(fleet.snapshots.ejections()).isEqualTo(3);
            assertThat(times).isSorted();
        }
    }

    @Test
    void f39_tenThatHealAtOnceReturnTwoAtATimeAndNoneIsFlooded() throws Exception {
        try (Pushed fleet = Pushed.pods(20)) {
            fleet.traffic(SECOND, 1_000);
            fleet.refuse(0, 10).traffic(Duration.ofSeconds(8), 1_000);
            int out = fleet.out().size();
            var trials = new int[1];
            fleet.api()
                    .onChange(snapshot -> trials[0] = Math.max(trials[0], (int) snapshot.ejected().stream()
                            .filter(pod -> snapshot.ejection(pod).orElseThrow().onTrial())
                            .count()));
            fleet.refusing.clear();
            double largest = 0;
            for (int second = 0; second < 30; second++) {
                Map<String, Integer> picks = fleet.traffic(SECOND, 1_000);
                largest = Math.max(
                        largest, picks.values().stream().mapToInt(n -> n).max().orElseThrow() / 1_000.0);
            }

            Figure.print(
                    "F-39",
                    "10 of 20, out, heal at once (pushed time)",
                    "%d on trial at once at most; the largest share in any second %.2f/n; %d out at first, %d after 30 s",
                    trials[0],
                    largest * 20,
                    out,
                    fleet.out().size());
            assertThat(out).isEqualTo(10);
            assertThat(trials[0]).isBetween(1, 2);
            assertThat(largest).isLessThan(2.2 / 10); // of the ten that were in all along, before the others are back
            assertThat(fleet.out()).isEmpty();
        }
    }

    @Test
    void p6_aTrialIsOverWhenItsPodLeavesSoThatItsReturnMakesNoSecondOne() throws Exception {
        try (Pushed fleet = Pushed.pods(5)) {
            fleet.probesHang = true;
            for (String pod : List.of("pod-0", "pod-1")) {
                Callers.refusedTwice(fleet.api(), pod, fleet.time);
                fleet.time.advance(Duration.ofMillis(1_201));
            }
            assertThat(fleet.out()).containsExactly("pod-0", "pod-1");
            assertThat(fleet.onTrial()).containsExactly("pod-0");

            fleet.publish(IntStream.range(1, 5).mapToObj(SampleService::pod).toList());
            assertThat(fleet.onTrial()).containsExactly("pod-1");
            fleet.publish(IntStream.range(0, 5).mapToObj(SampleService::pod).toList());

            assertThat(fleet.out()).containsExactly("pod-0", "pod-1");
            assertThat(fleet.onTrial()).containsExactly("pod-1");
        }
    }

    @Test
    void f40_aPodThatIsBackGetsAThirdOfItsShareInTheFirstSecondAndAllOfItAfterTen() throws Exception {
        try (Pushed fleet = Pushed.pods(5)) {
            fleet.refuse(0, 1).traffic(Duration.ofSeconds(4), 1_000);
            assertThat(fleet.out()).containsExactly("pod-0");
            fleet.refusing.clear();
            while (!fleet.out().isEmpty()) {
                fleet.time.advance(Duration.ofMillis(1));
            }
            double first = fleet.traffic(SECOND, 100_000).get("pod-0") / 100_000.0;
            fleet.time.advance(Duration.ofSeconds(9));
            double later = fleet.traffic(SECOND, 100_000).get("pod-0") / 100_000.0;

            Figure.print(
                    "F-40",
                    "1 of 5 returns from an ejection (pushed time)",
                    "its share in the first second %.3f/n, after 10 s %.3f/n",
                    first * 5,
                    later * 5);
            assertThat(first * 5).isLessThanOrEqualTo(0.35).isPositive();
            assertThat(later * 5).isCloseTo(1, within(0.1));
        }
    }

    @Test
    void f51_servicesWithoutAClusterIpOfTheirOwnAreLeftToDns() {
        for (Service service : List.of(
                SampleService.builder().clusterIps(List.of("None")).build(),
                SampleService.builder()
                        .clusterIps(List.of())
                        .type(ServiceType.EXTERNAL_NAME)
                        .build())) {
            try (Pushed fleet = Pushed.pods(3)) {
                fleet.discovery.set(service, SampleService.slice("api-1", 0, 3));
                fleet.time.run();
                Balancer api = fleet.api();
                assertThat(api.eligible().decision())
                        .isInstanceOfSatisfying(
                                Decision.ClusterIp.class,
                                fallback -> assertThat(fallback.reason()).isEqualTo(FallbackReason.NOT_PROXIED));
            }
        }
    }

    @Test
    void f51_podsWithoutUidAreEjectedByTheirAddress() throws Exception {
        try (Pushed fleet = Pushed.pods(3)) {
            fleet.publish(IntStream.range(0, 3)
                    .mapToObj(i -> Endpoint.builder(SampleService.address(i))
                            .conditions(true, true, false)
                            .build())
                    .toList());
            fleet.refusing.add(SampleService.address(0));
            for (int i = 0; i < 3_000; i++) {
                Attempt attempt = fleet.api().attempt();
                if (fleet.refusing.contains(Pushed.ip(attempt))) {
                    attempt.failed(new ConnectException("Connection refused"));
                } else {
                    attempt.succeeded();
                }
                fleet.time.advance(Duration.ofMillis(1));
            }

            Figure.print(
                    "F-51",
                    "a Service without selector or uids, 1 of 3 refuses; headless and ExternalName",
                    "%d out, by address; left to DNS",
                    fleet.api().eligible().ejected().size());
            assertThat(fleet.api().eligible().ejected())
                    .extracting(pod -> pod.key().address())
                    .containsExactly("10.244.0.1:8080");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "round robin"})
    void f53_aMillionPicksAreFairWhilePodsLeaveAndReturn(String name) throws Exception {
        boolean turns = name.equals("round robin");
        try (Pushed fleet = new Pushed(10, turns ? PickPolicy.roundRobin() : PickPolicy.random(), 53)) {
            double worst = 0;
            long unfair = 0;
            for (int round = 0; round < 10; round++) {
                // all well; one out for bad connects; back with a share that grows; all well again
                worst = Math.max(worst, unevenness(picks(fleet, 25_000), 10, turns));
                Callers.refusedTwice(fleet.api(), "pod-3", fleet.time);
                assertThat(fleet.out()).containsExactly("pod-3");
                worst = Math.max(worst, unevenness(picks(fleet, 25_000), 9, turns));
                fleet.time.advance(Duration.ofMillis(4_900));
                assertThat(fleet.api().eligible().isRamping()).isTrue();
                Map<String, Integer> ramping = picks(fleet, 25_000);
                unfair = Math.max(unfair, ramping.remove("pod-3"));
                worst = Math.max(worst, unevenness(ramping, 9, turns));
                fleet.time.advance(Duration.ofSeconds(31)); // and what is counted against it decays
                worst = Math.max(worst, unevenness(picks(fleet, 25_000), 10, turns));
            }

            Figure.print(
                    "F-53",
                    "1,000,000 picks of 10 pods by " + name + ", one out and back ten times (pushed time)",
                    turns ? "%.0f pick between the most and the least" : "chi square / its 1e-6 bound %.2f at most",
                    worst);
            assertThat(unfair).isLessThan(2_500);
            assertThat(worst).isLessThanOrEqualTo(1);
        }
    }

    private static Map<String, Integer> picks(Pushed fleet, int count) throws Exception {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            try (Attempt attempt = fleet.api().attempt()) {
                picks.merge(Pushed.name(attempt), 1, Integer::sum);
            }
        }
        return picks;
    }

    /** Of turns, how far most and least are apart; of chance, the statistic by its bound. */
    private static double unevenness(Map<String, Integer> picks, int pods, boolean turns) {
        assertThat(picks).hasSize(pods);
        long[] counts = picks.values().stream().mapToLong(Integer::longValue).toArray();
        if (turns) {
            return Arrays.stream(counts).max().orElseThrow()
                    - Arrays.stream(counts).min().orElseThrow();
        }
        return ChiSquare.even(counts) / ChiSquare.oneInAMillion(pods);
    }
}
