package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.faults.Figure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reflectors of one API server know of each other's luck; two of them are one Service. */
class ReachabilityTest {

    private static final Duration TICK = ReflectorFleet.TICK;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Trouble REFUSED = Trouble.of(Trouble.Kind.UNREACHABLE, "connection refused");

    @ParameterizedTest
    @CsvSource({
        "50, true, false, 2",
        "50, true, true, 2",
        "50, false, false, 5.5",
        "2, true, false, 2",
        "1, true, false, 4"
    })
    void l2_servicesAskAServerThatIsAwayAtMostTwiceAMinuteEachIfTheyShareWhatTheyKnow(
            int services, boolean sharing, boolean overloaded, double most) {
        var fleet = new ReflectorFleet(2 * services, sharing, 1);
        int before = fleet.asked();

        fleet.away(
                Duration.ofHours(1), SECOND, overloaded ? Trouble.ofStatus(503, "overloaded", Duration.ZERO) : REFUSED);

        double perMinute = (fleet.asked() - before) / 60.0 / services;
        int[] back = fleet.returns();
        Figure.print(
                "L-2",
                services + " Services, an hour of " + (overloaded ? "503" : "refused connects")
                        + " (pushed time), each by " + (sharing ? "what all know" : "itself"),
                "%.2f requests a minute and Service; all back after %.1f s",
                perMinute,
                IntStream.of(back).max().orElseThrow() / 10.0);
        assertThat(perMinute).isBetween(sharing ? 0.5 : 4, most);
        assertThat(fleet.time.pendingTimers()).isLessThanOrEqualTo(2 * 2 * services);
    }

    @ParameterizedTest
    @CsvSource({"1, 5", "1, 60", "1, 600", "2, 60", "2, 600", "10, 5", "10, 60", "10, 600", "50, 5", "50, 60", "50, 600"
    })
    void c03_whoSharesWhatIsKnownIsBackNoLaterThanWhoAsksByItself(int services, int secondsAway) {
        var allBack = new double[2];
        var meanBack = new double[2];
        int seeds = 400 / (services + 1);
        Duration step = secondsAway > 60 ? SECOND : TICK;
        int latest = 0;
        for (int sharing = 0; sharing < 2; sharing++) {
            for (int seed = 0; seed < seeds; seed++) {
                var fleet = new ReflectorFleet(2 * services, sharing == 1, seed);
                fleet.away(Duration.ofSeconds(secondsAway).plusMillis(seed * 370L), step, REFUSED);
                int[] back = fleet.returns();
                assertThat(back).as("ticks until contact, 0 for never").doesNotContain(0);
                int last = IntStream.of(back).max().orElseThrow();
                latest = sharing == 1 ? Math.max(latest, last) : latest;
                allBack[sharing] += last / 10.0 / seeds;
                meanBack[sharing] += IntStream.of(back).average().orElseThrow() / 10 / seeds;
            }
        }

        Figure.print(
                "C-03",
                services + " Services, API server away for " + secondsAway + " s (pushed time)",
                "back after %.1f s, all of them after %.1f s, %.1f s at most; each by itself: %.1f s and %.1f s",
                meanBack[1],
                allBack[1],
                latest / 10.0,
                meanBack[0],
                allBack[0]);
        assertThat(latest).isLessThanOrEqualTo(302);
        assertThat(allBack[1]).isLessThanOrEqualTo(allBack[0] * 1.05);
        assertThat(meanBack[1]).as("by chance a tenth more").isLessThanOrEqualTo(meanBack[0] * 1.1);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000})
    void c18_reflectorsOfOneProcessComeBackSpreadOut(int size) {
        var fleet = new ReflectorFleet(size, true, 3);
        fleet.away(Duration.ofMinutes(10), SECOND, REFUSED);

        int[] back = fleet.returns();

        var arrived = new int[33];
        IntStream.of(back).forEach(tick -> arrived[(tick - 1) / 10]++);
        assertThat(back).doesNotContain(0);
        assertThat(IntStream.of(arrived).max().orElseThrow())
                .as("most in one second, of %s", IntStream.of(arrived).boxed().toList())
                .isLessThanOrEqualTo(size / 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 300})
    void c18_aThousandProcessesOfTwoReflectorsComeBackSpreadOut(int secondsAway) {
        var arrived = new int[33];
        for (int process = 0; process < 1_000; process++) {
            var fleet = new ReflectorFleet(2, true, process);
            fleet.away(Duration.ofSeconds(secondsAway), TICK, REFUSED);
            IntStream.of(fleet.returns()).forEach(tick -> arrived[(tick - 1) / 10]++);
        }

        assertThat(IntStream.of(arrived).max().orElseThrow())
                .as("most in one second, of %s", IntStream.of(arrived).boxed().toList())
                .isLessThanOrEqualTo(200);
    }

    @Test
    void whoHasTroubleOfItsOwnAsksAsOftenAsEverWhileAnotherIsInContact() {
        var fleet = new ReflectorFleet(10, true, 4);
        fleet.sources.get(0).last().fail(503);
        fleet.sources.get(1).last().fail(503);
        int before = fleet.sources.get(0).asked.size();

        fleet.pass(Duration.ofMinutes(20), TICK, (client, call) -> {
            if (client < 2) {
                call.fail(503);
            } else {
                ReflectorFleet.well(call);
            }
        });

        for (int client = 0; client < 2; client++) {
            var asked = fleet.sources.get(client).asked;
            for (int i = before + 6; i < asked.size(); i++) {
                assertThat(asked.get(i).seconds - asked.get(i - 1).seconds).isBetween(14.8, 30.2);
            }
            assertThat(asked.size() - before).isGreaterThan(40);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 410})
    void whoIsToldNoHasTheOthersAskAndHoldsNobodyUp(int status) {
        var fleet = new ReflectorFleet(2, true, 5);
        fleet.away(Duration.ofMinutes(10), TICK, REFUSED);
        Map<Integer, Double> asked = new LinkedHashMap<>();
        double before = Math.max(
                fleet.sources.get(0).last().seconds, fleet.sources.get(1).last().seconds);

        fleet.pass(Duration.ofSeconds(60), TICK, (client, call) -> {
            asked.putIfAbsent(client, call.seconds);
            if (asked.keySet().iterator().next().equals(client)) {
                call.fail(status);
            } else {
                ReflectorFleet.well(call);
            }
        });

        List<Double> times = List.copyOf(asked.values());
        assertThat(times.get(1))
                .as("first asked: %s; the last before: %s", asked, before)
                .isLessThanOrEqualTo(Math.max(times.get(0), before + 15) + 0.4);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 100})
    void whoIsTheOnlyOneWithoutTroubleOfItsOwnIsBackWithinThreeMinutes(int size) {
        for (int well = 0; well < Math.min(size, 10); well++) {
            var fleet = new ReflectorFleet(size, true, 6 + well);
            fleet.away(Duration.ofMinutes(10), SECOND, REFUSED);
            int lucky = well;
            var back = new ArrayList<Integer>();

            fleet.pass(Duration.ofMinutes(3), TICK, (client, call) -> {
                if (client == lucky) {
                    back.add(client);
                    ReflectorFleet.well(call);
                } else {
                    call.fail(503);
                }
            });

            assertThat(back).contains(lucky);
        }
    }

    @Test
    void c16_anAnswerToAnotherDoesNotBringAskingForwardBeforeTheTimeTheServerNamed() {
        var fleet = new ReflectorFleet(3, true, 7);
        fleet.sources.get(0).last().fail(Trouble.ofStatus(503, "", Duration.ofSeconds(120)));
        fleet.sources.get(1).last().fail(REFUSED);
        fleet.sources.get(2).last().fail(REFUSED);
        int before = fleet.sources.get(0).asked.size();
        int next = fleet.sources.get(1).asked.size();

        fleet.pass(Duration.ofSeconds(119), TICK, (client, call) -> ReflectorFleet.well(call));

        assertThat(fleet.sources.get(1).asked.get(next).seconds).isLessThan(2);
        assertThat(fleet.sources.get(0).asked).hasSize(before);
        fleet.pass(Duration.ofSeconds(2), TICK, (client, call) -> ReflectorFleet.well(call));
        assertThat(fleet.sources.get(0).asked).hasSize(before + 1);
    }

    @Test
    void somebodyAsksWithinHalfAMinuteWhoeverLeaves() {
        var fleet = new ReflectorFleet(40, true, 8);
        fleet.away(Duration.ofMinutes(10), SECOND, REFUSED);

        for (int client = 0; client < 39; client++) {
            int before = fleet.asked();
            fleet.pass(Duration.ofMillis(30_100), TICK, (any, call) -> call.fail(REFUSED));
            assertThat(fleet.asked()).as("after %d have left", client).isGreaterThan(before);
            fleet.reflectors.get(client).close();
        }
        fleet.reflectors.get(39).close();
        assertThat(fleet.time.pendingTimers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 100})
    void aServerThatAcceptsEverythingAndBreaksItIsAskedNoMoreThanFourTimesAMinuteByEach(int size) {
        var fleet = new ReflectorFleet(size, true, 9);
        fleet.away(Duration.ofMinutes(10), SECOND, REFUSED);
        int before = fleet.asked();

        fleet.pass(Duration.ofMinutes(10), TICK, (client, call) -> {
            if (call.list == null) {
                call.open();
            }
            call.fail(REFUSED);
        });

        assertThat((fleet.asked() - before) / 10.0 / size).isBetween(1.0, 4.0);
    }
}
