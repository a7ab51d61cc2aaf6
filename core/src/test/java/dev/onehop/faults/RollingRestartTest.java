package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Pods are replaced under load, and nobody notices: F-01, F-05, F-06. */
class RollingRestartTest {

    @Test
    void f01_aRollingRestartOfFiftyPodsWithoutPreStopFailsNoRequest() throws Exception {
        try (Fleet fleet = new Fleet(50, 100)) {
            Load load = Load.of(fleet, 1_000).during(300);
            for (int i = 0; i < 50; i++) {
                LoopbackPod old = fleet.pod(i);
                fleet.list(fleet.pod(50 + i), true, false).list(old, false, true);
                if (i % 2 == 0) {
                    fleet.publish();
                    fleet.stopGracefully(old);
                } else {
                    fleet.stopGracefully(old); // the event comes later, as it may
                    load.during(50);
                    fleet.publish();
                }
                load.during(100);
                fleet.unlist(old).publish();
            }
            Outcome outcome = load.during(500).end();

            long failovers = fleet.syns() - outcome.calls().size();
            Figure.print(
                    "F-01",
                    "rolling restart of 50 pods, 7/s, preStop 0, every other event 50 ms late",
                    "%d failed; %d failovers, %d ejections; %s",
                    outcome.failed(),
                    failovers,
                    fleet.snapshots().ejections(),
                    outcome.load());
            assertThat(outcome.failures()).isEmpty();
            assertThat(outcome.calls()).hasSizeGreaterThan(2_000);
            assertThat(failovers).isLessThanOrEqualTo(50L * (1 + outcome.mostInFlight()));
            assertThat(fleet.pods(50))
                    .allSatisfy(pod -> assertThat(pod.accepts()).isPositive());
            assertThat(fleet.snapshots().broken()).isEmpty();
        }
    }

    @Test
    void f05_killedPodsFailOnlyWhatTheyWereAnsweringAndNothingIsDoneTwice() throws Exception {
        try (Fleet fleet = new Fleet(20, 30)) {
            fleet.pods(30).forEach(pod -> pod.answering(request -> slowly(pod.echo(request))));
            long open = 0;
            Load load = Load.of(fleet, 300).during(500);
            for (int i = 0; i < 10; i++) {
                open += fleet.kill(fleet.pod(i));
                load.during(50); // the event comes later
                fleet.unlist(fleet.pod(i)).list(fleet.pod(20 + i), true, false).publish();
                load.during(150);
            }
            Outcome outcome = load.end();

            List<String> done = fleet.pods(30).stream()
                    .flatMap(pod -> pod.requests().stream())
                    .map(PodRequest::line)
                    .toList();
            Figure.print(
                    "F-05",
                    "10 of 20 pods are killed, 5/s, every answer takes 100 ms (core alone: nothing is replayed)",
                    "%d failed, %d were open when their pod was killed; %d requests seen, %d twice; %s",
                    outcome.failed(),
                    open,
                    done.size(),
                    done.size() - Set.copyOf(done).size(),
                    outcome.load());
            assertThat(open).isPositive();
            assertThat((long) outcome.failed()).isBetween(1L, open);
            assertThat(outcome.failures().keySet())
                    .allSatisfy(cause -> assertThat(cause).startsWith("answer: "));
            assertThat(done).doesNotHaveDuplicates();
            assertThat(fleet.snapshots().broken()).isEmpty();
        }
    }

    private static PodResponse slowly(PodResponse answer) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        return answer;
    }

    @Test
    void f06_endpointEventsThatComeThreeSecondsLateFailNoRequest() throws Exception {
        try (Fleet fleet = new Fleet(50, 80)) {
            record Event(long atMillis, LoopbackPod gone, LoopbackPod here) {}
            Queue<Event> late = new ArrayDeque<>();
            Load load = Load.of(fleet, 500).during(300);
            for (int tick = 0; tick < 60; tick++) {
                long now = load.nanos() / 1_000_000;
                if (tick < 30) {
                    fleet.stopGracefully(fleet.pod(tick));
                    late.add(new Event(now + 3_000, fleet.pod(tick), fleet.pod(50 + tick)));
                }
                while (!late.isEmpty() && late.peek().atMillis() <= now) {
                    Event event = late.remove();
                    fleet.list(event.here(), true, false).unlist(event.gone()).publish();
                }
                load.during(150);
            }
            Outcome outcome = load.end();

            assertThat(late).isEmpty();
            long most = fleet.pods(30).stream().mapToLong(fleet::syns).max().orElseThrow();
            long accepted =
                    fleet.pods(30).stream().mapToLong(LoopbackPod::accepts).sum();
            long wasted = fleet.syns(fleet.pods(30)) - accepted;
            Figure.print(
                    "F-06",
                    "rolling restart of 30 of 50 pods, 7/s, every event 3 s late, so that 20 listed pods are dead",
                    "%d failed; %.1f connects a dead pod, %d probes; %s",
                    outcome.failed(),
                    wasted / 30.0,
                    fleet.probes().all(),
                    outcome.load());
            assertThat(outcome.failures()).isEmpty();
            assertThat(most).isPositive();
            assertThat(wasted).isLessThanOrEqualTo(30L * (2 + outcome.mostInFlight() + 2));
            assertThat(fleet.snapshots().broken()).isEmpty();
        }
    }
}
