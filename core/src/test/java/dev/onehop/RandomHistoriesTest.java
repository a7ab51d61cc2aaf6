package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.route.Destination;
import dev.onehop.route.NaiveRouting;
import dev.onehop.route.NaiveRouting.Answer;
import dev.onehop.route.RandomClusters;
import dev.onehop.route.RandomHistory;
import dev.onehop.route.Route;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.time.ManualTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Many random lives of a Service: after every change, what picks read and what {@link Route#of} says are what {@link
 * NaiveRouting} gives for the objects of that moment, in whatever order the slices are heard of.
 */
class RandomHistoriesTest {

    private static final long SEED = 20261122;
    private static final int HISTORIES = 10_000;
    private static final int FRESH_HISTORIES = 10_000;
    private static final int STEPS = 8;
    private static final Destination HTTP = Destination.tcp(RandomHistory.API, new PortRef.Numbered(80));

    private final Map<String, Integer> verdicts = new TreeMap<>();
    private final Map<RandomHistory.Change, Integer> changes = new EnumMap<>(RandomHistory.Change.class);

    @Test
    void afterEveryChangePicksReadWhatTheOnePageAlgorithmGives() {
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            replay(seed);
        }
        long fresh = System.nanoTime(); // of this run alone; a failure names its seed
        for (long seed = fresh; seed < fresh + FRESH_HISTORIES; seed++) {
            replay(seed);
        }

        assertThat(verdicts).as("every verdict is reached").containsOnlyKeys("B", "DROP", "NP", "REJ");
        assertThat(verdicts.values()).as("%s", verdicts).allMatch(times -> times >= 1_000);
        assertThat(changes).as("every change is made").hasSize(RandomHistory.Change.values().length);
    }

    private void replay(long seed) {
        var time = new ManualTime();
        var history = new RandomHistory(seed);
        var discovery = StaticDiscovery.create("shop", history.here());
        var told = new ArrayList<Object>(List.of("seed " + seed));
        try (Onehop onehop = Onehop.builder()
                .discovery(discovery)
                .family(new FamilyPreference(null)) // the Service's own first, as in the one page
                .meshDetection(false)
                .loop(time)
                .build()) {
            tell(discovery, history);
            Balancer api = onehop.balancer("api.shop:80");
            check(api, time, history, told);
            for (int i = 0; i < STEPS; i++) {
                RandomHistory.Change change = history.step();
                told.add(change);
                changes.merge(change, 1, Integer::sum);
                tell(discovery, history);
                check(api, time, history, told);
            }
        }
    }

    private static void tell(StaticDiscovery discovery, RandomHistory history) {
        if (!history.here().equals(discovery.location())) {
            discovery.moveTo(history.here());
        }
        discovery.set(RandomHistory.API, new ServiceView.Live(declaration(history), history.slices()));
    }

    private static ServiceDeclaration declaration(RandomHistory history) {
        Service service = history.service();
        return service == null ? new ServiceDeclaration.Absent() : new ServiceDeclaration.Present(service);
    }

    private void check(Balancer api, ManualTime time, RandomHistory history, List<Object> told) {
        Answer expected = expected(history);
        Route route = route(history, history.slices());
        time.run();

        assertThat(answer(route)).as("%s", told).isEqualTo(expected);
        assertThat(route(history, history.slices()))
                .as("in another order: %s", told)
                .isEqualTo(route);
        assertThat(answer(api.eligible(), expected))
                .as("what picks read: %s", told)
                .isEqualTo(expected);
        verdicts.merge(expected.verdict(), 1, Integer::sum);
    }

    private static Answer expected(RandomHistory history) {
        Service service = history.service();
        if (service == null) {
            return new Answer("NP", Map.of());
        }
        String family = !service.ipFamilies().isEmpty()
                ? service.ipFamilies().get(0).toString()
                : service.clusterIp().contains(":") ? "IPv6" : "IPv4";
        return new NaiveRouting(RandomClusters.ADDRESSES)
                .answer(service, history.slices(), history.here(), 80, Protocol.TCP, family);
    }

    private static Route route(RandomHistory history, List<EndpointSlice> slices) {
        return Route.of(HTTP, declaration(history), slices, history.here(), AddressPolicy.strict());
    }

    private static Answer answer(Route route) {
        Map<String, String> picked = new TreeMap<>();
        if (route instanceof Route.Backends backends) {
            backends.endpoints()
                    .forEach(e -> picked.put(
                            e.key().ip() + " " + e.key().port(), e.key().podUid()));
            return new Answer("B", picked);
        }
        if (route instanceof Route.NotProxied) {
            return new Answer("NP", picked);
        }
        return new Answer(route instanceof Route.Drop ? "DROP" : "REJ", picked);
    }

    private static Answer answer(Eligible eligible, Answer expected) {
        Map<String, String> picked = new TreeMap<>();
        for (Backend backend : eligible.backends()) {
            picked.put(
                    backend.key().ip() + " " + backend.key().port(),
                    backend.key().podUid());
        }
        return new Answer(verdict(eligible.decision(), expected), picked);
    }

    private static String verdict(Decision decision, Answer expected) {
        if (decision instanceof Decision.Pick) {
            return "B";
        }
        if (decision instanceof Decision.Refuse refuse) {
            return refuse.verdict() == Verdict.DROP ? "DROP" : "REJ";
        }
        if (decision instanceof Decision.ClusterIp fallback) {
            if (fallback.reason() == FallbackReason.NOT_PROXIED) {
                return "NP";
            }
            // We refuse to dial some of its addresses: that nobody is left is for the kernel to say.
            if (fallback.reason() == FallbackReason.ADDRESS_REFUSED
                    && !expected.verdict().equals("NP")) {
                return expected.verdict();
            }
        }
        return decision.toString();
    }
}
