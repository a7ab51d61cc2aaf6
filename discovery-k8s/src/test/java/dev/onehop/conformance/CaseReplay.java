package dev.onehop.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.conformance.ConformanceCase.Step;
import dev.onehop.k8s.ManifestDiscovery;
import dev.onehop.service.ServiceView.Known;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The objects of a case after each of its steps, in which deletions come first, read as users' manifests are.
 *
 * <p>Pure functions.
 */
final class CaseReplay {

    private static final ObjectMapper JSON = new ObjectMapper();

    private CaseReplay() {}

    /** What to do after a step, with the objects there are then. */
    interface Check {
        void after(Step step, List<ObjectNode> objects);
    }

    static void of(ConformanceCase each, Check check) {
        var objects = new LinkedHashMap<String, ObjectNode>();
        for (Step step : each.steps()) {
            for (String gone : step.delete()) {
                String[] parts = gone.split("/");
                String id = parts.length == 3
                        ? gone
                        : parts[0] + "/" + each.service().namespace() + "/" + parts[1];
                assertThat(objects.remove(id))
                        .as("%s: %s is there to be deleted", step.change(), gone)
                        .isNotNull();
            }
            step.apply().forEach(object -> objects.put(id(each, object), object));
            check.after(step, List.copyOf(objects.values()));
        }
    }

    /** The view of the case's Service. */
    static Known view(ConformanceCase each, List<ObjectNode> objects) {
        ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "List");
        list.putArray("items").addAll(objects);
        List<Known> heard = new ArrayList<>();
        try (var manifest = ManifestDiscovery.of("case", new ByteArrayInputStream(JSON.writeValueAsBytes(list)))) {
            assertThat(manifest.skipped()).as("objects that are not read").isZero();
            manifest.subscribe(each.service(), view -> heard.add((Known) view));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        return heard.get(0);
    }

    private static String id(ConformanceCase each, ObjectNode object) {
        JsonNode metadata = object.required("metadata");
        return object.required("kind").asText() + "/"
                + metadata.path("namespace").asText(each.service().namespace()) + "/"
                + metadata.required("name").asText();
    }
}
