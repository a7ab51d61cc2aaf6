package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Attempt;
import dev.onehop.NoBackendException;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Pods that die and that no event tells of: F-07 to F-11, F-32, F-36 to F-38. */
class DeadPodsTest {

    @Test
    void f07_aPodThatRefusesCostsItsCallersTwoConnectsAndNoRequest() throws Exception {
        try (Fleet fleet = Fleet.of(10)) {
            LoopbackPod dead = fleet.pod(3);
            Load load = Load.of(fleet, 500).during(500);
            long before = fleet.stopGracefully(dead);
            long served = dead.accepts();
            load.during(5_000);
            long syns = fleet.syns(dead) - before;
            long probes = fleet.probes().to(dead.address());
            dead.comeBack();
            Duration back = fleet.awaitAllBack();
            Outcome outcome = load.end();

            Figure.print(
                    "F-07",
                    "1 of 10 refuses for 5 s, no event",
                    "%d failed; %d connects by callers, %d probes; back %.1f s after it listens again; %s",
                    outcome.failed(),
                    syns,
                    probes,
                    back.toMillis() / 1e3,
                    outcome.load());
            assertThat(outcome.failures()).isEmpty();
            assertThat(served).isPositive();
            assertThat(syns).isBetween(1L, 2L + outcome.mostInFlight());
            assertThat(probes)
                    .as("within a second, then after 1, 3 and perhaps 5.6 s, each +-20 %")
                    .isBetween(2L, 4L);
            assertThat(back).isLessThan(Duration.ofSeconds(6));
            assertThat(fleet.snapshots().ejected()).isEqualTo(1);
        }
    }

    @Test
    void f08_aBlackHoleSlowsTheFewCallsThatWereUnderWayAndFailsNone() throws Exception {
        try (Fleet fleet = Fleet.of(10)) {
            LoopbackPod dead = fleet.pod(3);
            Load load = Load.of(fleet, 200).during(500);
            long before = fleet.syns(dead);
            fleet.swallowSyns(dead);
            load.during(6_000);
            long syns = fleet.syns(dead) - before;
            long probes = fleet.probes().to(dead.address());
            dead.comeBack();
            Outcome outcome = load.end();

            int slow = outcome.slowerThan(Duration.ofSeconds(1));
            Figure.print(
                    "F-08",
                    "1 of 10 swallows SYNs for 6 s, a dial may take 1 s, a call 3 s",
                    "%d failed; %d took over 1 s; %d connects by callers, %d probes; %d in flight at most; %s",
                    outcome.failed(),
                    slow,
                    syns,
                    probes,
                    outcome.mostInFlight(),
                    outcome.load());
            assertThat(outcome.failures()).isEmpty();
            assertThat(slow).isBetween(1, 2 + outcome.mostInFlight());
            assertThat(syns).isLessThanOrEqualTo(2L + outcome.mostInFlight());
            assertThat(probes).isBetween(1L, 3L);
        }
    }

    @Test
    void f09_halfOfTenPodsDieAndNoCallFails() throws Exception {
        Incidents incidents = zoneLoss(10, 5, 10);

        assertThat(incidents.failedThoughInstant()).isZero();
        assertThat(incidents.lastShareLater()).isLessThanOrEqualTo(0.01);
    }

    @Test
    void f09_halfOfFiftyPodsDieAndHardlyACallFails() throws Exception {
        Incidents incidents = zoneLoss(50, 25, 10);

        // 0.09 an incident by simulation: more than these are one in a million
        assertThat(incidents.worst()).isLessThanOrEqualTo(5);
        assertThat(incidents.failedThoughInstant()).isLessThanOrEqualTo(9);
        assertThat(incidents.lastShareLater()).isLessThanOrEqualTo(0.01);
    }

    /**
     * What several incidents cost together.
     *
     * @param failedThoughInstant requests that failed although every dial was refused within 10 ms
     * @param worst the most of these in one incident
     * @param lastShareLater the share that dead pods had of callers' connects between 1.2 and 2.2 s after the last
     */
    private record Incidents(int failedThoughInstant, int worst, double lastShareLater) {}

    private static Incidents zoneLoss(int n, int dead, int times) throws Exception {
        int failed = 0;
        int instant = 0;
        Map<String, Integer> causes = new TreeMap<>();
        int worst = 0;
        long syns = 0;
        double shareAfterASecond = 0;
        double shareLater = 1;
        String last = "";
        try (Fleet fleet = Fleet.of(n)) {
            List<LoopbackPod> zone = fleet.pods(dead);
            for (int i = 0; i < times; i++) {
                fleet.forget();
                Load load = Load.of(fleet, 500).during(200);
                zone.forEach(fleet::stopGracefully);
                long before = fleet.syns(zone);
                load.during(1_000);
                syns += fleet.syns(zone) - before;
                shareAfterASecond = Math.max(shareAfterASecond, share(fleet, zone, load, 200));
                if (i == times - 1) {
                    shareLater = share(fleet, zone, load, 1_000);
                }
                Outcome outcome = load.end();
                failed += outcome.failed();
                outcome.failures().forEach((cause, count) -> causes.merge(cause, count, Integer::sum));
                instant += outcome.failedThoughInstant();
                worst = Math.max(worst, outcome.failedThoughInstant());
                last = outcome.load();
                assertThat(fleet.snapshots().broken()).isEmpty();
                zone.forEach(LoopbackPod::comeBack);
            }
        }
        Figure.print(
                "F-09",
                dead + " of " + n + " refuse from one moment on, " + times + " times",
                "%d failed in all, %d of them though refused within 10 ms, of these %d in one incident at most; %.1f connects to dead pods in an incident's first second;"
                        + " their share of connects from 1.0 to 1.2 s %.1f %%, from 1.2 to 2.2 s %.1f %%; the last: %s %s",
                failed,
                instant,
                worst,
                (double) syns / times,
                100 * shareAfterASecond,
                100 * shareLater,
                last,
                causes);
        return new Incidents(instant, worst, shareLater);
    }

    /** The share that some pods have of the connects of the next while. */
    private static double share(Fleet fleet, List<LoopbackPod> pods, Load load, long millis)
            throws InterruptedException {
        long some = fleet.syns(pods);
        long all = fleet.syns();
        load.during(millis);
        return (double) (fleet.syns(pods) - some) / Math.max(1, fleet.syns() - all);
    }

    @Test
    void f10_theLastOfTenCarriesAllAndIsNeverEjected() throws Exception {
        try (Fleet fleet = Fleet.of(10)) {
            LoopbackPod survivor = fleet.pod(9);
            Load load = Load.of(fleet, 300).during(500);
            for (LoopbackPod pod : fleet.pods(9)) {
                fleet.stopGracefully(pod);
            }
            long died = load.nanos();
            long before = fleet.syns();
            load.during(3_000);
            Outcome outcome = load.end();

            long syns = fleet.syns() - before;
            int calls = (int) outcome.calls().stream()
                    .filter(call -> call.dueNanos() >= died)
                    .count();
            int later = outcome.failed(died + 200_000_000L, Long.MAX_VALUE);
            Figure.print(
                    "F-10",
                    "9 of 10 refuse from one moment on",
                    "%d failed, %d of them after 200 ms; %d connects for %d calls; %d ejected; %s",
                    outcome.failed(),
                    later,
                    syns,
                    calls,
                    fleet.snapshots().most(),
                    outcome.load());
            assertThat(outcome.failedThoughInstant()).as("promised: 2").isLessThanOrEqualTo(2);
            assertThat(syns).isLessThanOrEqualTo(calls + 5 * 12 + 5L * outcome.mostInFlight());
            assertThat(fleet.snapshots().broken()).isEmpty();
            assertThat(fleet.api().eligible().backends())
                    .extracting(pod -> pod.podName().orElseThrow())
                    .containsExactly(survivor.name());
        }
    }

    @Test
    void f11_whereAllAreDeadCallersLearnItAtOnceAndTheFirstToReturnServesThem() throws Exception {
        try (Fleet fleet = Fleet.of(10)) {
            Load load = Load.of(fleet, 300).during(500);
            for (LoopbackPod pod : fleet.pods(10)) {
                fleet.stopGracefully(pod);
            }
            long died = load.nanos();
            long before = fleet.syns();
            load.during(5_000);
            long syns = fleet.syns() - before;
            long returned = load.nanos();
            fleet.pods(10).forEach(LoopbackPod::comeBack);
            Duration back = fleet.awaitAllBack();
            Outcome outcome = load.during(200).end();

            int calls = (int) outcome.calls().stream()
                    .filter(call -> call.dueNanos() >= died && call.dueNanos() < returned)
                    .count();
            double errorP99 = new Outcome(
                            outcome.calls().stream()
                                    .filter(call -> !call.failure().isEmpty())
                                    .toList(),
                            0,
                            1,
                            Duration.ZERO)
                    .millis(99);
            double firstMillis = outcome.calls().stream()
                            .filter(call -> call.dueNanos() >= returned
                                    && call.failure().isEmpty())
                            .mapToLong(call -> call.dueNanos() + call.tookNanos() - returned)
                            .min()
                            .orElseThrow()
                    / 1e6;
            int late = outcome.failed(returned + 1_200_000_000L, Long.MAX_VALUE);
            Figure.print(
                    "F-11",
                    "all of 10 refuse for 5 s and return at once",
                    "%d of %d calls failed, errors' p99 %.1f ms; %d connects; first success %.0f ms after the return,"
                            + " %d failures 1.2 s after it; all back after %.1f s; %s",
                    outcome.failed(),
                    calls,
                    errorP99,
                    syns,
                    firstMillis,
                    late,
                    back.toMillis() / 1e3,
                    outcome.load());
            assertThat(outcome.failures().keySet())
                    .allSatisfy(cause -> assertThat(cause).contains("ConnectException"));
            assertThat(errorP99).isLessThan(50 + outcome.stalled().toMillis());
            assertThat(syns).isLessThanOrEqualTo(calls + 5 * 12 + 5L * outcome.mostInFlight());
            assertThat(firstMillis).isLessThan(1_200);
            assertThat(late).isZero();
            assertThat(back).isLessThan(Duration.ofSeconds(15));
            assertThat(fleet.snapshots().broken()).isEmpty();
        }
    }

    @Test
    void f32_aNewPodOnTheIpOfAnEjectedOneBeginsClean() throws Exception {
        try (Fleet fleet = Fleet.of(3)) {
            LoopbackPod pod = fleet.pod(0);
            eject(fleet, pod);

            pod.comeBack();
            fleet.list(pod, "uid-another", true, false).publish();
            fleet.awaitTaken();
            int picks = 0;
            boolean picked = false;
            while (!picked && picks < 1_000) {
                picks++;
                try (Attempt attempt = fleet.api().attempt()) {
                    picked = attempt.address().equals(pod.address());
                }
            }
            Figure.print(
                    "F-32",
                    "new pod with the IP of an ejected one",
                    "picked within %d picks of 3 backends; %d ejected",
                    picks,
                    fleet.api().eligible().ejected().size());
            assertThat(picked).isTrue();
            assertThat(fleet.api().eligible().ejected()).isEmpty();
            assertThat(fleet.api().eligible().isRamping()).isFalse();
        }
    }

    @Test
    void f36_aLonePodThatRefusesIsNeverEjectedAndIsReachedAsSoonAsItListens() throws Exception {
        try (Fleet fleet = Fleet.of(1)) {
            LoopbackPod pod = fleet.pod(0);
            fleet.stopGracefully(pod);
            Load load = Load.of(fleet, 50).during(3_000);
            long returned = load.nanos();
            pod.comeBack();
            Outcome outcome = load.during(500).end();

            int late = outcome.failed(returned + 100_000_000L, Long.MAX_VALUE);
            Figure.print(
                    "F-36",
                    "a lone pod refuses for 3 s",
                    "%d ejections; %d connects for %d calls; %d failed later than 100 ms after its return; %s",
                    fleet.snapshots().ejections(),
                    fleet.syns(),
                    outcome.calls().size(),
                    late,
                    outcome.load());
            assertThat(fleet.snapshots().ejections()).isZero();
            assertThat(fleet.syns())
                    .as("one connect a call")
                    .isEqualTo(outcome.calls().size());
            assertThat(fleet.api().tally().outages()).isZero();
            assertThat(outcome.failed()).isPositive();
            assertThat(late).isZero();
            assertThat(fleet.probes().all()).isZero();
        }
    }

    @Test
    void f37_ofTwoPodsOneDeadTheOtherIsNotEjectedForBadAnswers() throws Exception {
        try (Fleet fleet = Fleet.of(2)) {
            LoopbackPod sick = fleet.pod(1);
            var requests = new AtomicInteger();
            sick.answering(request ->
                    requests.incrementAndGet() % 10 < 3 ? PodResponse.of(503, "not now") : sick.echo(request));
            fleet.stopGracefully(fleet.pod(0));
            Outcome outcome = Load.of(fleet, 200).during(4_000).end();

            long answered = requests.get() * 3L / 10;
            Figure.print(
                    "F-37",
                    "1 of 2 refuses, the other answers 30 % with 503",
                    "%s; the other answered %d so; %d out at most; %s",
                    outcome.failures(),
                    answered,
                    fleet.snapshots().most(),
                    outcome.load());
            assertThat(outcome.failures()).containsOnlyKeys("status 503");
            assertThat((long) outcome.failed()).isBetween(answered - 3, answered + 3);
            assertThat(fleet.api().eligible().backends())
                    .extracting(pod -> pod.podName().orElseThrow())
                    .containsExactly(sick.name());
            assertThat(fleet.snapshots().broken()).isEmpty();
        }
    }

    @Test
    void f38_anEjectedPodThatIsLeftAloneIsBackInTheSameSnapshot() throws Exception {
        try (Fleet fleet = Fleet.of(3)) {
            LoopbackPod survivor = fleet.pod(0);
            eject(fleet, survivor);

            int before = fleet.snapshots().count();
            fleet.unlist(fleet.pod(1)).unlist(fleet.pod(2)).publish();
            fleet.awaitTaken();
            assertThat(fleet.api().eligible().ejected()).isEmpty();
            survivor.comeBack();
            try (Socket socket = fleet.api().connect(Duration.ofSeconds(1), fleet::dial)) {
                assertThat(socket.getPort()).isEqualTo(survivor.port());
            }
            Figure.print(
                    "F-38",
                    "scale from 3 to the ejected one",
                    "%d snapshots since, in %d of them more out than may be",
                    fleet.snapshots().count() - before,
                    fleet.snapshots().broken().size());
            assertThat(fleet.snapshots().broken()).isEmpty();
        }
    }

    /** Makes {@code pod} refuse, and calls until it is ejected. */
    private static void eject(Fleet fleet, LoopbackPod pod) throws IOException {
        fleet.stopGracefully(pod);
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            call(fleet);
            return !fleet.api().eligible().ejected().isEmpty();
        });
        assertThat(fleet.api().eligible().ejected()).hasSize(1);
    }

    private static void call(Fleet fleet) throws IOException {
        try (Socket socket = fleet.api().connect(Duration.ofSeconds(1), (attempt, timeout) -> {
            Socket made = fleet.dial(attempt, timeout);
            attempt.succeeded();
            return made;
        })) {
            socket.shutdownOutput();
        } catch (NoBackendException e) {
            throw new AssertionError(e);
        }
    }
}
