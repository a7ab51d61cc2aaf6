package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.Recording;
import dev.onehop.k8s.fake.Replay;
import dev.onehop.route.NaiveRouting;
import dev.onehop.route.NaiveRouting.Answer;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView.Known;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole way, from a real API server's events through real HTTP to the set that picks read: after every event the
 * backends are what the one-page algorithm of the semantics (§0), written down a second time, gives for the objects of
 * that moment.
 */
class RecordedBackendsTest {

    private static final ServiceKey API = new ServiceKey("shop", "api-service");
    private static final ClientLocation HERE = new ClientLocation("node-a", "zone-b");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Integer> PORTS = List.of(80, 9090, 8443);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "large-260-endpoints-3-slices",
                "readiness-flap",
                "rolling-update",
                "scale-2-to-5-to-1",
                "scale-to-zero-and-back",
                "service-deleted-and-recreated",
                "service-spec-changes",
                "topology-hints-auto"
            })
    void afterEveryRecordedEventTheBackendsAreThoseOfTheOnePageAlgorithm(String name) throws Exception {
        try (FakeApiServer server = FakeApiServer.start()) {
            Replay replay = server.load(recorded(name));
            var discovery = KubernetesDiscovery.builder()
                    .config(Rig.config(server))
                    .nodeName("node-a")
                    .zone("zone-b")
                    .build();
            try (Onehop onehop =
                    Onehop.builder().discovery(discovery).meshDetection(false).build()) {
                Map<Integer, Balancer> ports = new LinkedHashMap<>();
                PORTS.forEach(port -> ports.put(port, onehop.balancer("api-service.shop:" + port)));
                ports.values()
                        .forEach(balancer ->
                                balancer.ready().toCompletableFuture().join());
                server.awaitWatches("endpointslices", 1, Duration.ofSeconds(20));
                server.awaitWatches("services", 1, Duration.ofSeconds(20));
                compare(replay, ports);

                while (replay.hasNext()) {
                    replay.step();
                    compare(replay, ports);
                }
            }
        }
    }

    private static void compare(Replay replay, Map<Integer, Balancer> ports) throws Exception {
        Known truth = truth(replay);
        for (Map.Entry<Integer, Balancer> each : ports.entrySet()) {
            Answer expected = expected(truth, each.getKey());
            await().atMost(Duration.ofSeconds(20))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .untilAsserted(() -> assertThat(actual(each.getValue().eligible()))
                            .as("port %d", each.getKey())
                            .isEqualTo(expected));
        }
    }

    private static Answer expected(Known truth, int port) {
        if (!(truth.declaration() instanceof Present present)) {
            return new Answer("NP", Map.of());
        }
        Map<String, String> canonical = new TreeMap<>();
        for (EndpointSlice slice : truth.slices()) {
            for (Endpoint endpoint : slice.endpoints()) {
                canonical.put(endpoint.address(), endpoint.address()); // recorded addresses are canonical
            }
        }
        return new NaiveRouting(canonical).answer(present.service(), truth.slices(), HERE, port, Protocol.TCP, "IPv4");
    }

    private static Answer actual(Eligible eligible) {
        if (eligible.decision() instanceof Decision.Refuse refuse) {
            return new Answer(refuse.verdict() == Verdict.DROP ? "DROP" : "REJ", Map.of());
        }
        if (eligible.decision() instanceof Decision.ClusterIp fallback) {
            return new Answer(fallback.reason() == FallbackReason.NOT_PROXIED ? "NP" : fallback.toString(), Map.of());
        }
        Map<String, String> picked = new TreeMap<>();
        for (Backend backend : eligible.backends()) {
            picked.put(
                    backend.key().ip() + " " + backend.key().port(),
                    backend.key().podUid());
        }
        return new Answer(eligible.decision() instanceof Decision.Pick ? "B" : "?", picked);
    }

    /** The objects of the moment, read the other way: as a manifest. */
    private static Known truth(Replay replay) throws Exception {
        List<ObjectNode> items = new ArrayList<>();
        replay.objectsNow("services")
                .forEach(service -> items.add(service.put("kind", "Service").put("apiVersion", "v1")));
        replay.objectsNow("endpointslices")
                .forEach(slice ->
                        items.add(slice.put("kind", "EndpointSlice").put("apiVersion", "discovery.k8s.io/v1")));
        ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
        list.putArray("items").addAll(items);
        List<Known> heard = new ArrayList<>();
        try (var manifest = ManifestDiscovery.of("truth", new ByteArrayInputStream(JSON.writeValueAsBytes(list)))) {
            manifest.subscribe(API, view -> heard.add((Known) view));
        }
        return heard.get(0);
    }

    private static Recording recorded(String name) throws Exception {
        try (InputStream in = RecordedBackendsTest.class.getResourceAsStream("/recordings/" + name + ".jsonl.gz")) {
            return Recording.load(in);
        }
    }
}
