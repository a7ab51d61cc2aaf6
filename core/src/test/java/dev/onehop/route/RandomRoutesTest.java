package dev.onehop.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.route.NaiveRouting.Answer;
import dev.onehop.route.NaiveRouting.X;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import dev.onehop.service.SlicePort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@link Route#of} against {@link NaiveRouting} on many random clusters. */
class RandomRoutesTest {

    private static final int CASES = 30_000;

    private final Map<String, Integer> seen = new TreeMap<>();

    @Test
    void routesAreThoseOfTheOnePageAlgorithm() {
        var clusters = new RandomClusters(20261122);
        for (int i = 0; i < CASES; i++) {
            check(Case.next(clusters), new Random(i));
        }

        assertThat(seen)
                .as("the random clusters reach every verdict, scope and reason")
                .containsKeys(expectedToBeSeen())
                .doesNotContainKey(Scope.LAST_RESORT.name());
        assertThat(seen.values()).as("%s", seen).allMatch(times -> times >= 50);
    }

    @Test
    void r2_headlessRoutesAreThoseOfTheNaiveAlgorithm() {
        var clusters = new RandomClusters(20261123);
        for (int i = 0; i < CASES / 3; i++) {
            var random = Case.next(clusters);
            Service service = random.service();
            boolean left = service.serviceProxyName() || service.type() == ServiceType.EXTERNAL_NAME;
            Route plain = random.route(random.slices());
            Service headless = Service.builder("shop", "api")
                    .type(service.type())
                    .serviceProxyName(service.serviceProxyName())
                    .internalTrafficPolicy(service.internalTrafficPolicy())
                    .affinity(Duration.ofSeconds(60))
                    .clusterIp("None")
                    .port("http", 80)
                    .port("dns", Protocol.UDP, 53)
                    .build();
            int number = ((PortRef.Numbered) random.destination().port()).number();
            var backwards = new ArrayList<>(random.slices());
            Collections.reverse(backwards);

            Route route = random.headless(headless, random.slices());

            Answer expected = left
                    ? new Answer("NP", Map.of())
                    : new NaiveRouting(RandomClusters.ADDRESSES)
                            .headless(
                                    headless,
                                    random.slices(),
                                    number,
                                    random.destination().protocol(),
                                    random.destination().family() + "");
            assertThat(answer(route)).as("%s", random).isEqualTo(expected);
            assertThat(random.headless(headless, backwards))
                    .as("in another order: %s", random)
                    .isEqualTo(route);
            if (!service.clusterIp().equals("None")) {
                assertThat(random.headless(service, random.slices()))
                        .as("not headless")
                        .isEqualTo(plain);
            }
            count(expected.verdict() + " " + number);
        }

        assertThat(seen).containsKeys("B 80", "B 53", "B 8080", "NP 80", "NP 53", "NP 8080");
    }

    private static String[] expectedToBeSeen() {
        var names = new ArrayList<>(List.of("B", "REJ", "DROP", "NP", "contested"));
        for (Scope scope : EnumSet.complementOf(EnumSet.of(Scope.HEADLESS, Scope.LAST_RESORT))) {
            names.add(scope.name());
        }
        for (ExclusionReason reason :
                EnumSet.complementOf(EnumSet.of(ExclusionReason.HEADLESS_NOT_READY, ExclusionReason.FOREIGN_ADDRESS))) {
            names.add(reason.name());
        }
        return names.toArray(new String[0]);
    }

    private void check(Case random, Random shuffler) {
        Route route = random.route(random.slices());
        var oracle = new NaiveRouting(RandomClusters.ADDRESSES);
        String family = random.destination().family() + "";
        int number = ((PortRef.Numbered) random.destination().port()).number();
        Protocol protocol = random.destination().protocol();
        Answer expected = oracle.answer(random.service(), random.slices(), random.here(), number, protocol, family);

        assertThat(answer(route)).as("%s", random).isEqualTo(expected);
        var shuffled = new ArrayList<>(random.slices());
        Collections.shuffle(shuffled, shuffler);
        assertThat(random.route(shuffled)).as("in another order: %s", random).isEqualTo(route);
        count(expected.verdict());
        if (route instanceof Route.Backends backends) {
            count(backends.scope().name());
        }
        route.excluded().forEach(excluded -> count(excluded.reason().name()));
        if (route instanceof Route.NotProxied) {
            return;
        }

        Optional<ServicePort> port = Optional.ofNullable(route.resolved().port());
        everyEndpointIsAccountedFor(random, route, port.orElseThrow());
        Map<String, List<X>> candidates =
                oracle.candidates(random.service(), shuffled, random.here(), port.orElseThrow(), family);
        if (candidates.values().stream().noneMatch(RandomRoutesTest::isContested)) {
            Map<String, X> eps = new TreeMap<>();
            candidates.forEach((key, xs) -> eps.put(key, NaiveRouting.literally(xs)));
            boolean local = random.service().internalTrafficPolicy().name().equals("LOCAL");
            assertThat(answer(route))
                    .as("to the letter: %s", random)
                    .isEqualTo(NaiveRouting.verdict(eps, local, random.here()));
        } else {
            count("contested");
            candidates.forEach((key, xs) -> assertThat(outcomesOfKubeProxy(xs))
                    .as("%s in %s", key, random)
                    .contains(NaiveRouting.preferringReady(xs)));
        }
    }

    /** Whether several slices compete for a key, so that kube-proxy's outcome depends on its random order. */
    private static boolean isContested(List<X> xs) {
        boolean running = xs.stream().anyMatch(x -> !x.terminating());
        return xs.stream()
                        .filter(x -> !running || !x.terminating())
                        .map(X::slice)
                        .distinct()
                        .count()
                > 1;
    }

    /** Who can hold the key: for every order of its slices, what §0 says to the letter. */
    private static Set<X> outcomesOfKubeProxy(List<X> xs) {
        Map<String, List<X>> bySlice = xs.stream().collect(Collectors.groupingBy(X::slice));
        var outcomes = new HashSet<X>();
        for (String first : bySlice.keySet()) {
            for (String last : bySlice.keySet()) {
                if (first.equals(last) && bySlice.size() > 1) {
                    continue;
                }
                var order = new ArrayList<>(bySlice.get(first));
                bySlice.forEach((slice, inside) -> {
                    if (!slice.equals(first) && !slice.equals(last)) {
                        order.addAll(inside);
                    }
                });
                if (!first.equals(last)) {
                    order.addAll(bySlice.get(last));
                }
                outcomes.add(NaiveRouting.literally(order));
            }
        }
        return outcomes;
    }

    private static void everyEndpointIsAccountedFor(Case random, Route route, ServicePort port) {
        int wanted = 0;
        for (EndpointSlice slice : random.slices()) {
            boolean own = slice.belongsTo(random.service().key())
                    && !slice.headless()
                    && slice.addressType().equals(route.resolved().family() + "");
            long numbers =
                    own ? slice.ports().stream().filter(p -> serves(p, port)).count() : 0;
            wanted += slice.endpoints().size() * (int) Math.max(1, numbers);
        }
        int backends = route instanceof Route.Backends some ? some.endpoints().size() : 0;
        assertThat(backends + route.excluded().size()).as("%s", random).isEqualTo(wanted);
    }

    private static boolean serves(SlicePort slicePort, ServicePort port) {
        return slicePort.name().equals(port.name())
                && slicePort.protocol() == port.protocol()
                && slicePort.port() != null
                && slicePort.port() != 0;
    }

    private static Answer answer(Route route) {
        if (route instanceof Route.Backends backends) {
            var picked = new TreeMap<String, String>();
            backends.endpoints()
                    .forEach(e -> picked.put(
                            e.key().ip() + " " + e.key().port(), e.key().podUid()));
            return new Answer("B", picked);
        }
        if (route instanceof Route.NotProxied) {
            return new Answer("NP", Map.of());
        }
        return new Answer(route instanceof Route.Drop ? "DROP" : "REJ", Map.of());
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    private record Case(Service service, List<EndpointSlice> slices, ClientLocation here, Destination destination) {

        static Case next(RandomClusters clusters) {
            Service service = clusters.service();
            return new Case(service, clusters.slices(), clusters.location(), clusters.destination(service));
        }

        Route headless(Service service, List<EndpointSlice> slices) {
            var declaration = new ServiceDeclaration.Present(service);
            return HeadlessRoute.of(destination, declaration, slices, here, AddressPolicy.strict());
        }

        Route route(List<EndpointSlice> slices) {
            return Route.of(destination, new ServiceDeclaration.Present(service), slices, here, AddressPolicy.strict());
        }
    }
}
