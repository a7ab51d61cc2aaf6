package dev.onehop.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.onehop.conformance.ConformanceCase.Expectation;
import dev.onehop.conformance.ConformanceCase.Step;
import dev.onehop.route.Destination;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.HeadlessRoute;
import dev.onehop.route.NaiveRouting;
import dev.onehop.route.NaiveRouting.Answer;
import dev.onehop.route.Route;
import dev.onehop.route.Scope;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceType;
import dev.onehop.service.ServiceView.Known;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Three votes on every case of {@code src/test/resources/conformance}: what the case expects, what the manifest reader
 * and {@link Route#of} give, and what the one-page algorithm of the semantics (§0), written down a second time, gives.
 * Whatever the order in which the objects are declared.
 */
class ConformanceTest {

    private static final int LEAST = 500;

    @TestFactory
    Stream<DynamicContainer> cases() {
        Map<String, List<ConformanceCase>> byFile = ConformanceCases.all().stream()
                .collect(Collectors.groupingBy(ConformanceCase::file, LinkedHashMap::new, Collectors.toList()));
        return byFile.entrySet().stream()
                .map(file -> dynamicContainer(
                        file.getKey(),
                        file.getValue().stream().map(each -> dynamicTest(each.name(), () -> run(each)))));
    }

    @Test
    void everyRuleOfRoutingHasACase() {
        var rules =
                IntStream.rangeClosed(1, 35).mapToObj(number -> "R" + number).toList();

        assertThat(ConformanceCases.countsByRule().keySet()).containsAll(rules);
    }

    @Test
    void everyNameIsAClaimOfItsOwn() {
        assertThat(ConformanceCases.all())
                .hasSizeGreaterThanOrEqualTo(LEAST)
                .extracting(ConformanceCase::name)
                .doesNotHaveDuplicates()
                .doesNotContain("");
    }

    @Test
    void theCasesReachEveryVerdictScopeAndReason() {
        var verdicts = new TreeSet<String>();
        var scopes = EnumSet.noneOf(Scope.class);
        var reasons = EnumSet.noneOf(ExclusionReason.class);
        for (ConformanceCase each : ConformanceCases.all()) {
            CaseReplay.of(each, (step, objects) -> {
                Route route = route(each, CaseReplay.view(each, objects));
                verdicts.add(verdict(route));
                route.excluded().forEach(excluded -> reasons.add(excluded.reason()));
                if (route instanceof Route.Backends backends) {
                    scopes.add(backends.scope());
                }
            });
        }

        assertThat(verdicts).containsExactlyInAnyOrder("backends", "reject", "drop", "not-proxied");
        assertThat(scopes)
                .as("kube-proxy has no last resort")
                .containsExactlyElementsOf(EnumSet.complementOf(EnumSet.of(Scope.LAST_RESORT)));
        assertThat(reasons)
                .as("a manifest has only the Service's own slices, and kube-proxy knows no allowed networks")
                .containsExactlyElementsOf(EnumSet.complementOf(
                        EnumSet.of(ExclusionReason.OTHER_SERVICE, ExclusionReason.FOREIGN_ADDRESS)));
    }

    private static void run(ConformanceCase each) {
        CaseReplay.of(each, (step, objects) -> {
            var backwards = new ArrayList<>(objects);
            Collections.reverse(backwards);
            Known view = CaseReplay.view(each, objects);

            check(step, route(each, view));
            assertThat(route(each, CaseReplay.view(each, backwards)))
                    .as("%s: declared the other way round", step.change())
                    .isEqualTo(route(each, view));
            checkOracle(step, answer(each, view));
        });
    }

    private static void check(Step step, Route route) {
        Expectation expect = step.expect();
        assertThat(verdict(route)).as("%s: %s", step.change(), route.text()).isEqualTo(expect.verdict());
        Map<String, String> picked = new TreeMap<>();
        if (route instanceof Route.Backends backends) {
            backends.endpoints()
                    .forEach(e -> picked.put(e.key().address(), e.key().podUid()));
            int affinity = (int) backends.affinityTimeout()
                    .map(Duration::toSeconds)
                    .orElse(0L)
                    .longValue();
            if (expect.affinitySeconds() != null) {
                assertThat(affinity).as("%s: affinity", step.change()).isEqualTo(expect.affinitySeconds());
            }
        }
        checkPicked(step, "production", picked);
        if (expect.excluded() != null) {
            assertThat(route.excluded())
                    .as("%s: excluded", step.change())
                    .extracting(excluded -> excluded.address() + " " + excluded.rule())
                    .containsExactlyInAnyOrderElementsOf(expect.excluded());
        }
    }

    private static void checkOracle(Step step, Answer answer) {
        Map<String, String> verdicts = Map.of("B", "backends", "REJ", "reject", "DROP", "drop", "NP", "not-proxied");
        assertThat(verdicts.get(answer.verdict()))
                .as("%s: oracle", step.change())
                .isEqualTo(step.expect().verdict());
        Map<String, String> picked = new TreeMap<>();
        answer.picked().forEach((key, pod) -> {
            String[] parts = key.split(" ");
            picked.put((parts[0].contains(":") ? "[" + parts[0] + "]" : parts[0]) + ":" + parts[1], pod);
        });
        checkPicked(step, "oracle", picked);
    }

    private static void checkPicked(Step step, String who, Map<String, String> picked) {
        Expectation expect = step.expect();
        assertThat(picked.keySet())
                .as("%s: %s", step.change(), who)
                .containsExactlyInAnyOrderElementsOf(expect.backends());
        if (!expect.pods().isEmpty()) {
            List<String> pods = expect.backends().stream().map(picked::get).toList();
            assertThat(pods).as("%s: %s, pods", step.change(), who).isEqualTo(expect.pods());
        }
    }

    private static Route route(ConformanceCase each, Known view) {
        var destination =
                new Destination(each.service(), new PortRef.Numbered(each.port()), each.protocol(), each.family());
        var strict = AddressPolicy.strict();
        return each.headless()
                ? HeadlessRoute.of(destination, view.declaration(), view.slices(), each.here(), strict)
                : Route.of(destination, view.declaration(), view.slices(), each.here(), strict);
    }

    private static Answer answer(ConformanceCase each, Known view) {
        if (!(view.declaration() instanceof Present present)) {
            return new Answer("NP", Map.of());
        }
        Map<String, String> canonical = new HashMap<>();
        for (EndpointSlice slice : view.slices()) {
            for (Endpoint endpoint : slice.endpoints()) {
                String text = endpoint.address();
                canonical.put(
                        text, each.reads().containsKey(text) ? each.reads().get(text) : text);
            }
        }
        ClientLocation here = each.here();
        Service service = present.service();
        var naive = new NaiveRouting(canonical);
        boolean dns = service.clusterIp().equals("None")
                && !service.serviceProxyName()
                && service.type() != ServiceType.EXTERNAL_NAME;
        if (each.headless() && dns) {
            return naive.headless(service, view.slices(), each.port(), each.protocol(), family(each, service));
        }
        return naive.answer(service, view.slices(), here, each.port(), each.protocol(), family(each, service));
    }

    private static String family(ConformanceCase each, Service service) {
        if (each.family() != null) {
            return each.family().toString();
        }
        if (!service.ipFamilies().isEmpty()) {
            return service.ipFamilies().get(0).toString();
        }
        return service.clusterIp().contains(":") ? "IPv6" : "IPv4";
    }

    private static String verdict(Route route) {
        if (route instanceof Route.Backends) {
            return "backends";
        }
        if (route instanceof Route.Reject) {
            return "reject";
        }
        return route instanceof Route.Drop ? "drop" : "not-proxied";
    }
}
