package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.Recording;
import dev.onehop.k8s.fake.Replay;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.SlicePort;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a real API server once said, through real HTTP, event by event: after each, subscribers see what the objects of
 * that moment mean, read from their JSON independently of the mapping under test.
 */
class RecordingsTest {

    /** What the recorded objects are at a moment. */
    record Truth(List<ObjectNode> services, List<ObjectNode> slices) {}

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
    void afterEveryRecordedEventSubscribersSeeTheTruth(String name) throws Exception {
        FakeApiServer server = FakeApiServer.start();
        Replay replay = server.load(recorded(name));
        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().config(Rig.config(server)))) {
            rig.live();
            afterEveryEvent(truth(replay), rig.last());

            while (replay.hasNext()) {
                replay.step();
                Truth truth = truth(replay);
                rig.until(() -> agrees(truth, rig.last()));
                afterEveryEvent(truth, rig.last());
            }

            assertThat(rig.heard.subList(1, rig.heard.size()))
                    .allSatisfy(view -> assertThat(view).isInstanceOf(Live.class));
            assertThat(rig.status("endpointslices").relists()).isZero();
            assertThat(rig.status("endpointslices").divergences()).isZero();
        }
    }

    /** The seam: called with the truth and the view after each event, when the view has arrived. */
    private static void afterEveryEvent(Truth truth, ServiceView view) {
        assertThat(view).isInstanceOf(Live.class);
        assertThat(endpoints((Known) view)).isEqualTo(endpoints(truth));
        assertThat(service((Known) view)).isEqualTo(service(truth));
        assertThat(((Known) view).slices()).hasSize(truth.slices().size());
    }

    private static boolean agrees(Truth truth, ServiceView view) {
        return view instanceof Known known
                && endpoints(known).equals(endpoints(truth))
                && service(known).equals(service(truth))
                && known.slices().size() == truth.slices().size();
    }

    private static Set<String> endpoints(Known view) {
        var endpoints = new TreeSet<String>();
        for (EndpointSlice slice : view.slices()) {
            for (Endpoint endpoint : slice.endpoints()) {
                for (SlicePort port : slice.ports()) {
                    endpoints.add(String.join(
                            " ",
                            slice.name(),
                            slice.addressType(),
                            endpoint.address() + ":" + port.port() + "/" + port.protocol() + "=" + port.name(),
                            "ready=" + endpoint.ready(),
                            "serving=" + endpoint.serving(),
                            "terminating=" + endpoint.terminating(),
                            "node=" + endpoint.nodeName(),
                            "zone=" + endpoint.zone(),
                            "zones=" + new TreeSet<>(endpoint.zoneHints()),
                            "nodes=" + new TreeSet<>(endpoint.nodeHints()),
                            "pod=" + endpoint.podName() + "/" + endpoint.podUid()));
                }
            }
        }
        return endpoints;
    }

    private static Set<String> endpoints(Truth truth) {
        var endpoints = new TreeSet<String>();
        for (ObjectNode slice : truth.slices()) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                for (JsonNode port : slice.path("ports")) {
                    endpoints.add(String.join(
                            " ",
                            slice.at("/metadata/name").asText(),
                            slice.path("addressType").asText(),
                            endpoint.at("/addresses/0").asText() + ":"
                                    + port.path("port").asInt() + "/"
                                    + port.path("protocol").asText() + "="
                                    + port.path("name").asText(),
                            "ready=" + text(endpoint.at("/conditions/ready")),
                            "serving=" + text(endpoint.at("/conditions/serving")),
                            "terminating=" + text(endpoint.at("/conditions/terminating")),
                            "node=" + text(endpoint.path("nodeName")),
                            "zone=" + text(endpoint.path("zone")),
                            "zones=" + names(endpoint.at("/hints/forZones")),
                            "nodes=" + names(endpoint.at("/hints/forNodes")),
                            "pod=" + text(endpoint.at("/targetRef/name")) + "/" + text(endpoint.at("/targetRef/uid"))));
                }
            }
        }
        return endpoints;
    }

    private static Map<String, String> service(Known view) {
        if (view.declaration() instanceof Absent) {
            return Map.of();
        }
        Service service = ((Present) view.declaration()).service();
        return Map.of(
                "type", service.type().toString(),
                "clusterIP", service.clusterIp(),
                "clusterIPs", String.valueOf(service.clusterIps()),
                "ipFamilies", String.valueOf(service.ipFamilies()),
                "ports", String.valueOf(service.ports()),
                "internalTrafficPolicy", service.internalTrafficPolicy().name(),
                "affinity",
                        service.affinityTimeout()
                                .map(each -> each.toSeconds() + "s")
                                .orElse("None"));
    }

    private static Map<String, String> service(Truth truth) {
        if (truth.services().isEmpty()) {
            return Map.of();
        }
        JsonNode spec = truth.services().get(0).path("spec");
        String affinity =
                spec.at("/sessionAffinityConfig/clientIP/timeoutSeconds").asText("");
        return Map.of(
                "type", spec.path("type").asText(),
                "clusterIP", spec.path("clusterIP").asText(),
                "clusterIPs",
                        elements(spec.path("clusterIPs"))
                                .map(JsonNode::asText)
                                .toList()
                                .toString(),
                "ipFamilies",
                        elements(spec.path("ipFamilies"))
                                .map(JsonNode::asText)
                                .toList()
                                .toString(),
                "ports",
                        elements(spec.path("ports"))
                                .map(port ->
                                        (port.has("name") ? port.get("name").asText() + " " : "")
                                                + port.get("port").asInt() + "/"
                                                + port.get("protocol").asText())
                                .toList()
                                .toString(),
                "internalTrafficPolicy",
                        spec.path("internalTrafficPolicy").asText().toUpperCase(Locale.ROOT),
                "affinity", spec.path("sessionAffinity").asText().equals("ClientIP") ? affinity + "s" : "None");
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static String names(JsonNode hints) {
        return elements(hints)
                .map(hint -> hint.path("name").asText())
                .collect(Collectors.toCollection(TreeSet::new))
                .toString();
    }

    private static String text(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? "null" : value.asText();
    }

    private static Truth truth(Replay replay) {
        return new Truth(
                named(replay.objectsNow("services"), "/metadata/name"),
                named(replay.objectsNow("endpointslices"), "/metadata/labels/kubernetes.io~1service-name"));
    }

    private static List<ObjectNode> named(List<ObjectNode> objects, String pointer) {
        return objects.stream()
                .filter(object -> object.at("/metadata/namespace").asText().equals("shop")
                        && object.at(pointer).asText().equals("api-service"))
                .toList();
    }

    private static Recording recorded(String name) throws Exception {
        try (InputStream in = RecordingsTest.class.getResourceAsStream("/recordings/" + name + ".jsonl.gz")) {
            return Recording.load(in);
        }
    }
}
