package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Seeded random lives of a Service whose pods become unready, shut down, leave and are replaced, under a view that is live or
 * stale: with the last resort a pick fails only where tiers 0 to 3 of reliability 2.8 are empty, told by brute force over
 * all views there were, and goes nowhere else; without it, it goes where kube-proxy's goes (P-2).
 */
class LastResortLivesTest {

    private static final long SEED = 20261122;
    private static final int LIVES = 400;
    private static final int STEPS = 60;
    private static final int PODS = 7;
    private static final long WINDOW_NANOS = Duration.ofSeconds(60).toNanos();

    private final Map<String, Integer> outcomes = new TreeMap<>();

    private enum State {
        ABSENT,
        READY,
        UNREADY,
        TERMINATING,
        DONE
    }

    /** What one view has said. */
    private record Told(long nanos, Set<String> ready) {}

    @Test
    void p2_aPickFailsOnlyWhereNoTierHasAnybodyAndGoesNowhereElse() throws Exception {
        for (long seed = SEED; seed < SEED + LIVES; seed++) {
            try (Life life = new Life(seed)) {
                for (int i = 0; i < STEPS; i++) {
                    life.step();
                }
            }
        }

        assertThat(outcomes)
                .containsOnlyKeys("nobody", "ready", "terminating", "unready, flipped", "unready, stale")
                .allSatisfy((outcome, times) -> assertThat(times).as(outcome).isGreaterThan(200));
    }

    private final class Life implements AutoCloseable {

        private final SplittableRandom random;
        private final ManualTime time = new ManualTime();
        private final StaticDiscovery discovery = StaticDiscovery.create();
        private final State[] states = new State[PODS];
        private final int[] incarnations = new int[PODS];
        private final List<Told> views = new ArrayList<>();
        private final List<Object> history = new ArrayList<>();
        private final Onehop with;
        private final Onehop without;
        private final Balancer lastResort;
        private final Balancer asKubeProxy;
        private boolean stale;
        private boolean flipped;

        Life(long seed) {
            random = new SplittableRandom(seed);
            history.add("seed " + seed);
            Arrays.fill(states, State.READY);
            with = PushedOnehop.builder(discovery, time, new SplittableRandom(seed))
                    .lastResort(LastResort.NOT_READY)
                    .build();
            without = PushedOnehop.builder(discovery, time, new SplittableRandom(seed))
                    .build();
            publish();
            lastResort = with.balancer("api.shop:80");
            asKubeProxy = without.balancer("api.shop:80");
            time.run();
        }

        void step() throws NoBackendException {
            time.advance(
                    Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(1, 50_000) : random.nextInt(1, 2_000)));
            int dice = random.nextInt(10);
            if (dice < 2) {
                stale = random.nextBoolean();
            } else if (dice < 4) {
                all(State.READY, random.nextInt(6) > 0 ? State.UNREADY : State.TERMINATING);
            } else if (dice < 5) {
                all(State.UNREADY, State.READY);
            } else if (dice < 7) {
                all(State.TERMINATING, State.ABSENT);
            } else {
                change(random.nextInt(PODS));
            }
            publish();
            time.run();
            check();
        }

        private void all(State from, State to) {
            for (int i = 0; i < PODS; i++) {
                if (states[i] == from && random.nextInt(12) > 0) {
                    states[i] = to;
                }
            }
        }

        private void change(int pod) {
            State next = State.values()[random.nextInt(State.values().length)];
            boolean mustBeAnother = next == State.READY || next == State.UNREADY; // nobody comes back from terminating
            boolean over = states[pod] != State.READY && states[pod] != State.UNREADY;
            boolean another = over && mustBeAnother || random.nextInt(8) == 0;
            incarnations[pod] += another ? 1 : 0;
            states[pod] = next;
        }

        private void check() throws NoBackendException {
            Set<String> kubeProxys = uids(State.READY).isEmpty() ? uids(State.TERMINATING) : uids(State.READY);
            Set<String> expected = kubeProxys.isEmpty() ? lastResort() : kubeProxys;
            assertPicks(asKubeProxy, kubeProxys);
            assertPicks(lastResort, expected);
            outcomes.merge(outcome(kubeProxys, expected), 1, Integer::sum);
        }

        private String outcome(Set<String> kubeProxys, Set<String> expected) {
            if (kubeProxys.isEmpty()) {
                return expected.isEmpty() ? "nobody" : flipped ? "unready, flipped" : "unready, stale";
            }
            return uids(State.READY).isEmpty() ? "terminating" : "ready";
        }

        private void assertPicks(Balancer api, Set<String> expected) throws NoBackendException {
            assertThat(api.eligible().backends())
                    .extracting(each -> each.key().podUid())
                    .as("%s", history)
                    .containsExactlyInAnyOrderElementsOf(expected);
            if (expected.isEmpty()) {
                assertThatThrownBy(api::attempt).isInstanceOf(NoBackendException.class);
            } else {
                api.attempt().close();
            }
        }

        private Set<String> lastResort() {
            if (!flipped && !stale) {
                return Set.of();
            }
            Set<String> unready = uids(State.UNREADY);
            unready.removeIf(uid -> views.stream().noneMatch(view -> view.ready.contains(uid)));
            return unready;
        }

        private void publish() {
            views.add(new Told(time.nanoTime(), uids(State.READY)));
            flipped = uids(State.READY).isEmpty() && (flipped || haveFlipped());
            history.add(time.nanoTime() / 1_000_000 + " ms " + List.of(states) + (stale ? " stale" : ""));
            EndpointSlice slice = SampleService.slice("api-1", endpoints());
            discovery.set(
                    SampleService.KEY,
                    stale
                            ? new ServiceView.Stale(
                                    new Present(SampleService.service()), List.of(slice), time.nanoTime(), "away")
                            : new ServiceView.Live(new Present(SampleService.service()), List.of(slice)));
        }

        /** Whether, within the minute, three or more stopped to be ready together of whom 80 % are unready now. */
        private boolean haveFlipped() {
            Told now = views.get(views.size() - 1);
            Set<String> unready = uids(State.UNREADY);
            for (int i = 0; i + 1 < views.size(); i++) {
                Set<String> together = new HashSet<>(views.get(i).ready);
                int from = i;
                together.removeIf(uid -> !isForTheLastTime(uid, from));
                boolean someStop = !views.get(i + 1).ready.containsAll(together);
                long stayed = together.stream().filter(unready::contains).count();
                if (someStop
                        && now.nanos - views.get(i + 1).nanos <= WINDOW_NANOS
                        && together.size() >= 3
                        && stayed >= 0.8 * together.size()) {
                    return true;
                }
            }
            return false;
        }

        /** Whether {@code uid}, ready in view {@code i}, is not ready again once it has stopped to be. */
        private boolean isForTheLastTime(String uid, int i) {
            boolean stopped = false;
            for (Told view : views.subList(i, views.size())) {
                if (stopped && view.ready.contains(uid)) {
                    return false;
                }
                stopped |= !view.ready.contains(uid);
            }
            return true;
        }

        private Set<String> uids(State state) {
            Set<String> uids = new HashSet<>();
            for (int i = 0; i < PODS; i++) {
                if (states[i] == state) {
                    uids.add(uid(i));
                }
            }
            return uids;
        }

        private String uid(int pod) {
            return "uid-" + pod + "-" + incarnations[pod];
        }

        private List<Endpoint> endpoints() {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int i = 0; i < PODS; i++) {
                State state = states[i];
                if (state != State.ABSENT) {
                    boolean terminating = state == State.TERMINATING || state == State.DONE;
                    endpoints.add(Endpoint.builder(SampleService.address(i))
                            .conditions(
                                    state == State.READY,
                                    state == State.READY || state == State.TERMINATING,
                                    terminating)
                            .pod("pod-" + i, uid(i))
                            .build());
                }
            }
            return endpoints;
        }

        @Override
        public void close() {
            with.close();
            without.close();
        }
    }
}
