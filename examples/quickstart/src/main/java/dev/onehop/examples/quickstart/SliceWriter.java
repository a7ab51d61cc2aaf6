package dev.onehop.examples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onehop.k8s.fake.FakeApiServer;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The endpoint controller: writes pods into EndpointSlices, one slice per target port, with the conditions a real
 * cluster writes. A new pod is listed not ready; a deleted one stays, serving and terminating, until it is gone.
 *
 * <p>Serial: used by its cluster under the cluster's lock.
 */
final class SliceWriter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeApiServer api;
    private final Map<Integer, String> sliceOfPort = new TreeMap<>();
    private final Map<String, List<Pod>> written = new HashMap<>();
    private final Names names;

    SliceWriter(FakeApiServer api, Names names) {
        this.api = api;
        this.names = names;
    }

    /**
     * Brings the slices in line with the pods; slices whose pods have not changed are left alone.
     *
     * @param beforeWriting is run when all is ready to be written
     */
    void write(Collection<Pod> pods, Runnable beforeWriting) {
        Map<Integer, List<Pod>> byPort = pods.stream()
                .collect(Collectors.groupingBy(pod -> pod.server().address().getPort()));
        byPort.keySet().forEach(port -> sliceOfPort.computeIfAbsent(port, added -> names.next(prefix())));
        List<String> changed = new ArrayList<>();
        sliceOfPort.forEach((port, slice) -> {
            List<Pod> now = byPort.getOrDefault(port, List.of());
            if (!now.equals(written.put(slice, now)) || isDeleted(slice)) {
                changed.add(json(slice(slice, port, now)));
            }
        });
        beforeWriting.run();
        changed.forEach(api::apply);
    }

    /** The names of the slices, for people who want to look. */
    List<String> slices() {
        return List.copyOf(sliceOfPort.values());
    }

    private boolean isDeleted(String slice) {
        return api.objects("endpointslices").stream()
                .noneMatch(
                        object -> object.path("metadata").path("name").asText().equals(slice));
    }

    private static String prefix() {
        return SmallCluster.SERVICE + "-";
    }

    private static EndpointSlice slice(String name, int port, List<Pod> pods) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(SmallCluster.NAMESPACE)
                .addToLabels("kubernetes.io/service-name", SmallCluster.SERVICE)
                .addToLabels("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io")
                .addToAnnotations(
                        "endpoints.kubernetes.io/last-change-trigger-time",
                        Instant.now().toString())
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(port)
                .endPort()
                .withEndpoints(pods.stream().map(SliceWriter::endpoint).toList())
                .build();
    }

    private static Endpoint endpoint(Pod pod) {
        return new EndpointBuilder()
                .withAddresses(pod.server().address().getAddress().getHostAddress())
                .withNodeName(SmallCluster.NODE)
                .withNewConditions()
                .withReady(pod.isUsable())
                .withServing(pod.ready())
                .withTerminating(pod.terminating())
                .endConditions()
                .withNewTargetRef()
                .withKind("Pod")
                .withNamespace(SmallCluster.NAMESPACE)
                .withName(pod.name())
                .withUid(pod.uid())
                .endTargetRef()
                .build();
    }

    private static String json(EndpointSlice slice) {
        try {
            return JSON.writeValueAsString(slice);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
