package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Attempt;
import dev.onehop.testing.SampleService;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Most pods refuse: hard shared fate (reliability 2.5), seen from the door and in pushed time. */
class OutageTest {

    private static final Duration CALL = Duration.ofSeconds(3);

    /** Who was dialled, by name. */
    private final List<String> dialled = new ArrayList<>();

    private final List<Duration> timeouts = new ArrayList<>();

    @Test
    void f48_whereAllRefuseACallGetsOneDialAndOneCallASecondLooksFurther() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 10);
            int calls = calls(fleet, 3_000, Duration.ofMillis(3));
            int began = dialled.size();
            calls(fleet, 3_000, Duration.ofMillis(3));

            int later = dialled.size() - began;
            Figure.print(
                    "F-48",
                    "none of 10 listens, 333 calls/s for 18 s (pushed time)",
                    "%d dials for the first %d calls, %d for the next; %d outage",
                    began,
                    calls,
                    later,
                    fleet.api().tally().outages());
            assertThat(began).as("no first dial is held back").isBetween(calls, calls + 12 + 5 * 16);
            assertThat(later).isBetween(calls, calls + 5 * 12);
            assertThat(fleet.api().tally().outages()).isEqualTo(1);
            assertThat(fleet.api().tally().isInOutage()).isTrue();
            assertThat(fleet.api().tally().failoversRefused()).isPositive();
        }
    }

    @Test
    void f48_theErrorKeepsItsTypeAndNamesServicePortAndHowManyRefuse() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 10);
            calls(fleet, 100, Duration.ofMillis(3));

            assertThatThrownBy(() -> call(fleet))
                    .isInstanceOf(ConnectException.class)
                    .satisfies(e -> {
                        Throwable[] lines = e.getSuppressed();
                        assertThat(lines[0].getMessage()).contains("10.244.0.").contains("after 0 ms");
                        assertThat(lines[lines.length - 1])
                                .hasMessage(
                                        "Service shop/api port 80: 10 of 10 backends refuse connects or do not answer");
                    });
        }
    }

    @Test
    void f10_whoeverCanBeReachedComesFirstAndFailoversToThemAreFree() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            calls(fleet, 200, Duration.ofMillis(3));
            fleet.refuse(0, 8);
            calls(fleet, 200, Duration.ofMillis(3));
            assertThat(fleet.api().tally().isInOutage()).isTrue();
            dialled.clear();

            for (int i = 0; i < 4_000; i++) {
                call(fleet); // none fails
                fleet.time.advance(Duration.ofMillis(3));
            }

            assertThat(new HashSet<>(dialled)).isEqualTo(Set.of("pod-8", "pod-9"));
            fleet.refuse(8, 9);
            for (int i = 0; i < 200; i++) {
                call(fleet); // nor where one more dies
                fleet.time.advance(Duration.ofMillis(3));
            }
        }
    }

    @Test
    void aCallGoesOnToASurvivorHoweverManyNewPodsNobodyHasReached() throws Exception {
        try (Pushed fleet = Pushed.pods(20)) {
            fleet.refuse(0, 19);
            calls(fleet, 400, Duration.ofMillis(3));
            assertThat(fleet.api().tally().isInOutage()).isTrue();
            for (int round = 0; round < 20; round++) {
                int from = 20 + 2 * round;
                fleet.refuse(from, from + 2); // new, and dead
                fleet.publish(IntStream.concat(IntStream.range(0, 20), IntStream.range(from, from + 2))
                        .mapToObj(SampleService::pod)
                        .toList());
                assertThat(fleet.api().tally().isInOutage()).isTrue();
                for (int i = 0; i < 10; i++) {
                    call(fleet); // none fails
                }
                fleet.time.advance(Duration.ofMillis(3));
            }
        }
    }

    @Test
    void aNewPodIsDialledThoughMostOthersRefuse() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 9);
            calls(fleet, 200, Duration.ofMillis(3));
            fleet.publish(SampleService.slice("api-1", 0, 12).endpoints());
            assertThat(fleet.api().tally().isInOutage()).isTrue();
            dialled.clear();

            calls(fleet, 200, Duration.ofMillis(3));

            assertThat(dialled).contains("pod-9", "pod-10", "pod-11");
        }
    }

    @Test
    void f11_theFirstThatACallerReachesBringsTheOthersBackWithinTwoSecondsAndTheirTrials() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 10);
            calls(fleet, 5_000, Duration.ofMillis(6));
            assertThat(fleet.out()).hasSize(9);
            fleet.refusing.clear();

            double back = 0;
            while (!fleet.out().isEmpty() && back < 60) {
                call(fleet);
                fleet.time.advance(Duration.ofMillis(10));
                back += 0.01;
            }

            Figure.print("F-11", "all of 10 refuse for 30 s (pushed time)", "all back after %.1f s", back);
            assertThat(back).isLessThanOrEqualTo(2.1);
            assertThat(fleet.api().tally().isInOutage()).isFalse();
        }
    }

    @Test
    void f11_withoutCallersTheFirstProbeThatStandsBringsTheOthersBack() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 10);
            calls(fleet, 5_000, Duration.ofMillis(6));
            fleet.refusing.clear();

            int first = 0;
            while (fleet.out().size() == 9 && first++ < 36_000) {
                fleet.time.advance(Duration.ofMillis(1));
            }
            fleet.time.advance(Duration.ofMillis(2_100));

            assertThat(fleet.out()).isEmpty();
        }
    }

    @Test
    void f11_oneThatReturnsAmongDeadOnesIsFoundByCallersWithinSeconds() throws Exception {
        double slowest = 0;
        for (int pod = 0; pod < 10; pod++) {
            try (Pushed fleet = Pushed.pods(10)) {
                fleet.refuse(0, 10);
                calls(fleet, 5_000, Duration.ofMillis(6));
                fleet.refusing.remove(SampleService.address(pod));
                long began = fleet.time.nanoTime();
                for (int i = 0; i < 10_000 && !reaches(fleet); i++) {
                    fleet.time.advance(Duration.ofMillis(3));
                }
                slowest = Math.max(slowest, (fleet.time.nanoTime() - began) / 1e9);
            }
        }
        Figure.print(
                "F-11",
                "1 of 10 dead ones returns, each of them once (pushed time)",
                "found after %.1f s at most",
                slowest);
        assertThat(slowest).isLessThan(8);
    }

    @Test
    void f14_whereAllSwallowSynsACallsOneDialGetsAllItsTime() throws Exception {
        try (Pushed fleet = Pushed.pods(3)) {
            fleet.refuse(0, 3);
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> swallowed(fleet)).isInstanceOf(SocketTimeoutException.class);
            }
            int full = 0;
            for (int i = 0; i < 200; i++) {
                timeouts.clear();
                assertThatThrownBy(() -> swallowed(fleet)).isInstanceOf(SocketTimeoutException.class);
                Duration spent = timeouts.stream().reduce(Duration.ZERO, Duration::plus);
                assertThat(spent).isBetween(Duration.ofMillis(299), Duration.ofMillis(300));
                full += timeouts.size() == 1 ? 1 : 0;
            }

            assertThat(full).as("calls with one dial, of 200 in 60 s").isBetween(120, 165);
        }
    }

    @Test
    void f36_aLonePodThatRefusesIsDialledOnceACallAndHasNoOutage() throws Exception {
        try (Pushed fleet = Pushed.pods(1)) {
            fleet.refuse(0, 1);
            int calls = calls(fleet, 1_000, Duration.ofMillis(10));

            assertThat(dialled).hasSize(calls);
            assertThat(fleet.api().tally().outages()).isZero();
            assertThat(fleet.api().eligible().ejected()).isEmpty();
            fleet.refusing.clear();
            call(fleet);
            assertThat(dialled).hasSize(calls + 1);
        }
    }

    @Test
    void whereMostFailOneFailureEjects() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 7);
            for (int i = 0; i < 7; i++) {
                fleet.attemptOn("pod-" + i).failed(new ConnectException("Connection refused"));
            }
            fleet.time.run();
            assertThat(fleet.out()).as("seven of ten are not most").isEmpty();

            fleet.refuse(7, 8);
            fleet.attemptOn("pod-7").failed(new ConnectException("Connection refused"));
            fleet.time.run();
            assertThat(fleet.out()).hasSize(8);
            fleet.attemptOn("pod-8").failed(new ConnectException("Connection refused"));
            fleet.time.run();
            assertThat(fleet.out()).hasSize(9).doesNotContain("pod-9");
        }
    }

    @Test
    void aShortOutageIsOverAsSoonAsOurConnectsStand() throws Exception {
        try (Pushed fleet = Pushed.pods(10)) {
            fleet.refuse(0, 10);
            call(fleet, 2);
            assertThat(fleet.api().tally().isInOutage()).isTrue();
            fleet.refusing.clear();

            fleet.time.advance(Duration.ofSeconds(3));

            assertThat(fleet.api().tally().isInOutage()).isFalse();
            assertThat(fleet.out()).isEmpty();
        }
    }

    private void swallowed(Pushed fleet) throws IOException {
        fleet.api().connect(Duration.ofMillis(300), (attempt, timeout) -> {
            timeouts.add(timeout);
            fleet.time.advance(timeout);
            throw new SocketTimeoutException("Connect timed out");
        });
    }

    private static boolean isReached(Pushed fleet, Attempt attempt) {
        return !fleet.refusing.contains(Pushed.ip(attempt));
    }

    /** Makes calls at an even pace, whatever becomes of them; gives how many. */
    private int calls(Pushed fleet, int calls, Duration pause) {
        for (int i = 0; i < calls; i++) {
            reaches(fleet);
            fleet.time.advance(pause);
        }
        return calls;
    }

    private void call(Pushed fleet, int times) {
        calls(fleet, times, Duration.ofMillis(2));
    }

    private boolean reaches(Pushed fleet) {
        try {
            call(fleet);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private void call(Pushed fleet) throws IOException {
        fleet.api().connect(CALL, (attempt, timeout) -> {
            dialled.add(Pushed.name(attempt));
            if (!isReached(fleet, attempt)) {
                throw new ConnectException("Connection refused");
            }
            attempt.connected();
            attempt.succeeded();
            return "";
        });
    }
}
