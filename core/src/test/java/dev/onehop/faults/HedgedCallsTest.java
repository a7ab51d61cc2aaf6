package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.onehop.testing.LoopbackPod;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Dials beside slow ones, on real sockets: F-08 and F-12 with hedging on. */
class HedgedCallsTest {

    @Test
    void f08_withHedgingABlackHoleCostsItsCallersAQuarterOfASecond() throws Exception {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux"); // elsewhere a full queue resets
        try (Fleet fleet = Fleet.of(10).hedged()) {
            LoopbackPod dead = fleet.pod(3);
            Load load = Load.of(fleet, 200).during(500);
            long before = fleet.syns(dead);
            fleet.swallowSyns(dead);
            load.during(6_000);
            long syns = fleet.syns(dead) - before;
            long hedges = fleet.api().tally().hedges();
            boolean foundOut = fleet.snapshots().ejections() > 0;
            dead.comeBack();
            Outcome outcome = load.end();

            int slow = outcome.slowerThan(Duration.ofMillis(250));
            int slower = outcome.slowerThan(Duration.ofMillis(500).plus(outcome.stalled()));
            Figure.print(
                    "F-08",
                    "1 of 10 swallows SYNs for 6 s, hedging after 250 ms, a dial may take 1 s, a call 3 s",
                    "%d failed; %d took over 250 ms, %d over 500; %d connects by callers, %d hedges; %d in flight at most; %s",
                    outcome.failed(),
                    slow,
                    slower,
                    syns,
                    hedges,
                    outcome.mostInFlight(),
                    outcome.load());
            assertThat(outcome.failures()).isEmpty();
            assertThat(hedges).isBetween(1L, 2L + outcome.mostInFlight());
            assertThat(outcome.slowerThan(Duration.ofMillis(250).plus(outcome.stalled())))
                    .isLessThanOrEqualTo(2 + outcome.mostInFlight());
            assertThat(slower).isZero();
            assertThat(syns).isLessThanOrEqualTo(2L + outcome.mostInFlight());
            assertThat(foundOut).as("by dials that nobody waited for").isTrue();
            assertThat(fleet.overlapping().twice()).isZero();
        }
    }

    @Test
    void f12_withHedgingACallDialsThreeBlackHolesOnceEach() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        try (Fleet fleet = Fleet.of(5).hedged()) {
            fleet.pods(5).forEach(LoopbackPod::blackHole);

            long began = System.nanoTime();
            assertThatThrownBy(() -> fleet.connect(Duration.ofSeconds(1), fleet::dial))
                    .isInstanceOf(SocketTimeoutException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSizeBetween(1, 3));
            long millis = (System.nanoTime() - began) / 1_000_000;

            Figure.print(
                    "F-12",
                    "one call of 1 s, hedging after 250 ms; all of 5 swallow SYNs",
                    "%d connects, %d twice, %d hedges; %d ms",
                    fleet.syns(),
                    fleet.overlapping().twice(),
                    fleet.api().tally().hedges(),
                    millis);
            assertThat(fleet.syns()).isBetween(2L, 3L);
            assertThat(fleet.overlapping().twice()).isZero();
            assertThat(fleet.api().eligible().backends())
                    .allSatisfy(pod -> assertThat(pod.inFlight()).isZero());
        }
    }
}
