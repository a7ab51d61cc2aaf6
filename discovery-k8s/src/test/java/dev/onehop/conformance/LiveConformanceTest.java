package dev.onehop.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.conformance.ConformanceCase.Pick;
import dev.onehop.conformance.ConformanceCase.Step;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The conformance cases once more, through a balancer that lives through all their steps: what it would do with a
 * connection after each of them and, where a case has picks, what it does, over {@value #SEEDS} seeds.
 */
class LiveConformanceTest {

    private static final int SEEDS = 64;
    private static final int LEAST_WITH_PICKS = 40;

    @TestFactory
    Stream<DynamicContainer> cases() {
        Map<String, List<ConformanceCase>> byFile = atTheDoor()
                .collect(Collectors.groupingBy(ConformanceCase::file, LinkedHashMap::new, Collectors.toList()));
        return byFile.entrySet().stream()
                .map(file -> dynamicContainer(
                        file.getKey(),
                        file.getValue().stream().map(each -> dynamicTest(each.name(), () -> run(each)))));
    }

    @Test
    void enoughCasesHavePicks() {
        assertThat(atTheDoor().filter(LiveConformanceTest::hasPicks))
                .hasSizeGreaterThanOrEqualTo(LEAST_WITH_PICKS)
                .allMatch(each -> each.steps().get(0).picks().values().stream()
                        .noneMatch(pick -> pick.anyOf().isEmpty()));
    }

    private static Stream<ConformanceCase> atTheDoor() {
        return ConformanceCases.all().stream();
    }

    private static boolean hasPicks(ConformanceCase each) {
        return each.steps().stream().anyMatch(step -> !step.picks().isEmpty());
    }

    private static void run(ConformanceCase each) throws NoBackendException {
        List<Known> views = new ArrayList<>();
        CaseReplay.of(each, (step, objects) -> views.add(CaseReplay.view(each, objects)));
        var seen = new HashMap<String, TreeSet<String>>();
        var moved = new HashMap<String, Boolean>();
        for (int seed = 0; seed < (hasPicks(each) ? SEEDS : 1); seed++) {
            live(each, views, seed, seen, moved);
        }

        for (int i = 0; i < each.steps().size(); i++) {
            Step step = each.steps().get(i);
            for (Map.Entry<Integer, Pick> pick : step.picks().entrySet()) {
                List<String> anyOf = pick.getValue().anyOf();
                if (!anyOf.isEmpty()) {
                    String where = i + ":" + pick.getKey();
                    assertThat(seen.get(where))
                            .as("%s: port %s", step.change(), pick.getKey())
                            .isEqualTo(new TreeSet<>(anyOf));
                    assertThat(anyOf.size() == 1 || moved.getOrDefault(where, true))
                            .as("%s: port %s: with some seed another one than before", step.change(), pick.getKey())
                            .isTrue();
                }
            }
        }
    }

    /**
     * Lives through the case once.
     *
     * @param seen by step and port: where connections went, over all seeds
     * @param moved by step and port: whether with some seed it went elsewhere than the one before
     */
    private static void live(
            ConformanceCase each,
            List<Known> views,
            int seed,
            Map<String, TreeSet<String>> seen,
            Map<String, Boolean> moved)
            throws NoBackendException {
        var time = new ManualTime();
        var discovery = StaticDiscovery.create(each.service().namespace(), each.here());
        var before = new HashMap<Integer, String>();
        try (Onehop onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(seed))
                .headless(each.headless())
                .build()) {
            for (int i = 0; i < views.size(); i++) {
                Step step = each.steps().get(i);
                time.advance(step.after());
                discovery.set(each.service(), views.get(i));
                Balancer balancer = balancer(onehop, each, each.port());
                time.run();
                check(step, balancer.eligible());
                for (Map.Entry<Integer, Pick> pick : step.picks().entrySet()) {
                    int port = pick.getKey();
                    Balancer ofPort = balancer(onehop, each, port);
                    time.run();
                    String picked = pick(ofPort, step.refused());
                    String last = before.put(port, picked);
                    if (pick.getValue().anyOf().isEmpty()) {
                        assertThat(picked)
                                .as("%s: port %s", step.change(), port)
                                .isEqualTo(last);
                    }
                    seen.computeIfAbsent(i + ":" + port, first -> new TreeSet<>())
                            .add(picked);
                    if (last != null) {
                        moved.merge(i + ":" + port, !picked.equals(last), Boolean::logicalOr);
                    }
                }
            }
        }
    }

    static Balancer balancer(Onehop onehop, ConformanceCase each, int port) {
        return onehop.balancer(
                each.service().name() + "." + each.service().namespace() + ":" + port + "/" + each.protocol(),
                each.family());
    }

    private static String pick(Balancer balancer, boolean refused) throws NoBackendException {
        Attempt attempt = balancer.attempt();
        InetSocketAddress address = attempt.address();
        boolean ended = refused ? attempt.failed(new ConnectException("Connection refused")) : attempt.succeeded();
        assertThat(ended).isTrue();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** That a balancer would now do what a step expects. */
    static void check(Step step, Eligible eligible) {
        assertThat(verdict(eligible))
                .as("%s: %s", step.change(), eligible.decision())
                .isEqualTo(step.expect().verdict());
        assertThat(eligible.backends())
                .as(step.change())
                .extracting(backend -> backend.key().address())
                .containsExactlyInAnyOrderElementsOf(step.expect().backends());
    }

    private static String verdict(Eligible eligible) {
        Decision decision = eligible.decision();
        if (decision instanceof Decision.Refuse refuse) {
            return refuse.verdict() == Verdict.DROP ? "drop" : "reject";
        }
        if (decision instanceof Decision.ClusterIp left && left.reason() == FallbackReason.ADDRESS_REFUSED) {
            return "reject";
        }
        if (decision instanceof Decision.ClusterIp left && left.reason() == FallbackReason.NOT_PROXIED) {
            return "not-proxied";
        }
        return decision instanceof Decision.Pick ? "backends" : decision.toString();
    }
}
