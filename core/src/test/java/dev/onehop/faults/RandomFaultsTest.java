package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.Probes;
import dev.onehop.PushedOnehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.health.Signal;
import dev.onehop.service.Endpoint;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Seeded random lives of a fleet, through the door and in pushed time: pods die, answer badly, hang and heal; come, go, flap
 * and recycle each other's IPs; calls end late, twice or never. P-1 to P-8, P-11 and P-12 of reliability 2.13 hold throughout.
 */
class RandomFaultsTest {

    private static final long SEED = 20261122;
    private static final int LIVES = 160;
    private static final int STEPS = 400;
    private static final int MOST_PODS = 12;

    private final Map<Did, Integer> did = new EnumMap<>(Did.class);

    private enum Did {
        CALL,
        LATE_ENDING,
        ENDING_OF_ANOTHER_LIFE,
        SECOND_ENDING,
        PODS_CHANGED,
        FAULT,
        ALL_REFUSE,
        PAUSE,
        PICK_BESIDE_EJECTED,
        TRIAL
    }

    /** What a pod does to those who call it. */
    private enum Fault {
        NONE,
        REFUSES,
        ANSWERS_503,
        FAILS_A_THIRD,
        RESETS,
        TIMES_OUT
    }

    @Test
    void p1ToP8AndP12_whateverHappensTheLimitsHoldAtEveryMoment() throws Exception {
        int snapshots = 0;
        int lengths = 0;
        int mostTimes = 0;
        double slowest = 0;
        for (long seed = SEED; seed < SEED + LIVES; seed++) {
            try (Life life = new Life(seed)) {
                for (int i = 0; i < STEPS; i++) {
                    life.step();
                }
                slowest = Math.max(slowest, life.heal());
                snapshots += life.moments.snapshots();
                lengths += life.moments.lengths();
                mostTimes = Math.max(mostTimes, life.moments.mostTimes());
            }
        }

        Figure.print(
                "P-1..P-8, P-12",
                LIVES + " random lives of " + STEPS + " steps from seed " + SEED,
                "%,d snapshots, %,d times of ejections measured, up to %d in a row; all well at most %.0f s after the last"
                        + " fault; %s",
                snapshots,
                lengths,
                mostTimes,
                slowest,
                did);
        assertThat(did)
                .as("each was done")
                .hasSize(Did.values().length)
                .allSatisfy((what, times) -> assertThat(times).as("%s", what).isGreaterThanOrEqualTo(50));
        assertThat(snapshots).isGreaterThan(10_000);
        assertThat(lengths).isGreaterThan(1_000);
        assertThat(mostTimes).isGreaterThan(4);
        assertThat(slowest).isBetween(1.0, 164.0);
    }

    @Test
    void p11_theSameLifeLedTwiceGoesTheSameWayAndNothingAsksTheWall() throws Exception {
        for (long seed = SEED; seed < SEED + 10; seed++) {
            assertThat(diary(seed)).isEqualTo(diary(seed)).isNotEmpty();
        }

        ArchRuleDefinition.noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Clock.class, "systemDefaultZone")
                .because("a stepped wall clock changes nothing (P-11)")
                .check(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.onehop"));
    }

    private List<String> diary(long seed) throws Exception {
        var diary = new ArrayList<String>();
        try (Life life = new Life(seed)) {
            life.api.onChange(
                    snapshot -> diary.add(life.time.nanoTime() + " " + snapshot.backends() + " " + snapshot.ejected()));
            for (int i = 0; i < STEPS; i++) {
                life.step();
            }
        }
        return diary;
    }

    /** One random life of a fleet. */
    private final class Life implements AutoCloseable {

        private final SplittableRandom random;
        private final ManualTime time = new ManualTime();
        private final StaticDiscovery discovery = StaticDiscovery.create();
        private final EveryMoment moments = new EveryMoment(time);
        private final Map<String, Fault> faults = new HashMap<>();
        private boolean healing;
        private final Map<Integer, Integer> incarnations = new TreeMap<>();
        private final List<Attempt> open = new ArrayList<>();
        private final List<Attempt> ended = new ArrayList<>();
        private final List<Object> history;
        private final Onehop onehop;
        private final Balancer api;

        Life(long seed) {
            random = new SplittableRandom(seed);
            history = new ArrayList<>(List.of("seed " + seed));
            onehop = Probes.after(
                            address -> fault(address.getAddress().getHostAddress()) != Fault.REFUSES,
                            answer -> time.schedule(Duration.ofMillis(random.nextInt(1_000)), answer))
                    .in(PushedOnehop.builder(discovery, time, new SplittableRandom(seed)))
                    .build();
            for (int i = random.nextInt(1, MOST_PODS); i >= 0; i--) {
                incarnations.put(i, 0);
            }
            publish();
            api = onehop.balancer("api.shop:80");
            api.onChange(moments);
            time.run();
        }

        void step() throws NoBackendException {
            int dice = random.nextInt(100);
            if (dice < 62) {
                for (int i = random.nextInt(1, 8); i > 0; i--) {
                    call(true);
                }
            } else if (dice < 72) {
                endLate();
            } else if (dice < 77) {
                endTwice();
            } else if (dice < 84) {
                changePods();
            } else if (dice < 91) {
                changeFault();
            } else {
                did.merge(Did.PAUSE, 1, Integer::sum);
                pause(Duration.ofMillis(random.nextInt(1, random.nextInt(4) == 0 ? 15_000 : 1_500)));
            }
            moments.check(history);
        }

        /** Every fault ends; gives how many seconds of even traffic it takes until all is well again (P-7). */
        double heal() throws NoBackendException {
            faults.clear();
            healing = true;
            open.forEach(Attempt::close);
            open.clear();
            time.run();
            long began = time.nanoTime();
            while (!isWell()
                    && time.nanoTime() - began < Duration.ofSeconds(200).toNanos()) {
                call(false);
                pause(Duration.ofMillis(50));
            }
            assertThat(isWell()).as("P-7: well again, after %s", history).isTrue();
            return (time.nanoTime() - began) / 1e9;
        }

        private boolean isWell() {
            return api.eligible().ejected().isEmpty() && !api.eligible().isRamping();
        }

        private void pause(Duration length) {
            history.add(length);
            time.advance(length);
        }

        private void call(boolean mayStayOpen) throws NoBackendException {
            Eligible before = api.eligible();
            Attempt attempt = api.attempt(); // P-2: never fails
            Backend backend = attempt.backend().orElseThrow();
            notOut(before, backend);
            if (mayStayOpen && random.nextInt(6) == 0) {
                open.add(attempt);
                return;
            }
            end(attempt);
            did.merge(Did.CALL, 1, Integer::sum);
        }

        /** P-4: whoever is out for refusing is not picked, and whoever is out for bad answers only on trial. */
        private void notOut(Eligible before, Backend picked) {
            if (before.ejected().isEmpty()) {
                return;
            }
            did.merge(Did.PICK_BESIDE_EJECTED, 1, Integer::sum);
            if (before.contains(picked)) {
                return;
            }
            Ejection ejection = before.ejection(picked).orElseThrow();
            assertThat(ejection.kind())
                    .as("P-4: picked %s, after %s", picked, history)
                    .isEqualTo(Kind.SOFT);
            assertThat(ejection.onTrial())
                    .as("P-4: picked %s, after %s", picked, history)
                    .isTrue();
            did.merge(Did.TRIAL, 1, Integer::sum);
        }

        private void end(Attempt attempt) {
            Backend backend = attempt.backend().orElseThrow();
            Fault fault = fault(Pushed.ip(attempt));
            if (fault != Fault.NONE) {
                moments.blame(backend.key());
            }
            switch (fault) {
                case NONE -> {
                    attempt.connected();
                    if (random.nextInt(10) == 0) {
                        attempt.failed(Signal.GIVEN_UP);
                    } else {
                        boolean busy = random.nextInt(10) == 0 && !healing; // who asks for less is not well yet
                        attempt.answered(busy ? 429 : 200, true);
                    }
                }
                case REFUSES -> attempt.failed(new ConnectException("Connection refused"));
                case ANSWERS_503 -> attempt.answered(503, false);
                case FAILS_A_THIRD -> attempt.answered(random.nextInt(3) == 0 ? 500 : 200, false);
                case RESETS -> attempt.failed(Signal.RESET);
                case TIMES_OUT -> attempt.failed(Signal.RESPONSE_TIMEOUT);
            }
            time.run();
            ended.add(attempt);
        }

        /** P-8: where the pod has left meanwhile, its ending changes nothing, not for a successor either. */
        private void endLate() {
            if (open.isEmpty()) {
                return;
            }
            Attempt attempt = open.remove(random.nextInt(open.size()));
            Backend backend = attempt.backend().orElseThrow();
            if (isPresent(backend)) {
                did.merge(Did.LATE_ENDING, 1, Integer::sum);
                end(attempt);
                return;
            }
            did.merge(Did.ENDING_OF_ANOTHER_LIFE, 1, Integer::sum);
            Map<Object, Object> before = health();
            attempt.failed(random.nextBoolean() ? Signal.CONNECT_REFUSED : Signal.UNAVAILABLE);
            time.run();
            assertThat(health()).as("P-8, after %s", history).isEqualTo(before);
        }

        /** P-12. */
        private void endTwice() {
            if (ended.isEmpty()) {
                return;
            }
            did.merge(Did.SECOND_ENDING, 1, Integer::sum);
            Attempt attempt = ended.get(random.nextInt(ended.size()));
            Map<Object, Object> before = health();
            boolean counted =
                    random.nextBoolean() ? attempt.failed(Signal.CONNECT_REFUSED) : attempt.answered(503, false);
            attempt.close();
            time.run();
            assertThat(counted).as("P-12").isFalse();
            assertThat(health()).as("P-12, after %s", history).isEqualTo(before);
        }

        /** All that is known against, and counted on, every backend. */
        private Map<Object, Object> health() {
            Map<Object, Object> health = new HashMap<>();
            Eligible now = api.eligible();
            List<Backend> all = new ArrayList<>(now.backends());
            all.addAll(now.ejected());
            for (Backend backend : all) {
                health.put(
                        backend,
                        List.of(
                                now.ejection(backend),
                                backend.hardEvidence().toString(),
                                backend.softEvidence().failureRate(),
                                backend.isSuspect(time.nanoTime()),
                                backend.started(),
                                backend.failed(),
                                backend.succeeded(),
                                backend.abandoned()));
            }
            return health;
        }

        private boolean isPresent(Backend backend) {
            return api.eligible().contains(backend) || api.eligible().ejected().contains(backend);
        }

        private void changePods() {
            did.merge(Did.PODS_CHANGED, 1, Integer::sum);
            int pod = random.nextInt(MOST_PODS);
            if (!incarnations.containsKey(pod)) {
                incarnations.put(pod, random.nextInt(3)); // new, or the one that was here before
            } else if (random.nextInt(3) == 0) {
                incarnations.merge(pod, 1, Integer::sum); // another pod on its IP
            } else if (incarnations.size() > 1) {
                incarnations.remove(pod);
            }
            history.add(incarnations.toString());
            publish();
            time.run();
        }

        private void publish() {
            List<Endpoint> endpoints = new ArrayList<>();
            incarnations.forEach((pod, incarnation) -> endpoints.add(Endpoint.builder(SampleService.address(pod))
                    .conditions(true, true, false)
                    .pod("pod-" + pod, "uid-" + pod + "-" + incarnation)
                    .build()));
            discovery.set(SampleService.service(), SampleService.slice("api-1", endpoints));
        }

        private void changeFault() {
            did.merge(Did.FAULT, 1, Integer::sum);
            if (random.nextInt(8) == 0) {
                did.merge(Did.ALL_REFUSE, 1, Integer::sum);
                Fault fault = random.nextInt(3) == 0 ? Fault.NONE : Fault.REFUSES;
                history.add("all " + fault);
                for (int pod = 0; pod < MOST_PODS; pod++) {
                    faults.put(SampleService.address(pod), fault);
                }
                return;
            }
            String ip = SampleService.address(random.nextInt(MOST_PODS));
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            history.add(ip + " " + fault);
            faults.put(ip, fault);
        }

        private Fault fault(String ip) {
            return faults.getOrDefault(ip, Fault.NONE);
        }

        @Override
        public void close() {
            onehop.close();
        }
    }
}
