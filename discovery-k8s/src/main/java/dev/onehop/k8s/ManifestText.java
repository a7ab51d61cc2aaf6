package dev.onehop.k8s;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.service.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Text of a manifest, YAML or JSON, as objects.
 *
 * <p>Pure.
 */
final class ManifestText {

    private static final int DEEPEST_LIST = 4;

    private ManifestText() {}

    /**
     * Every document, with the items of lists in their place; empty documents are left out.
     *
     * @throws IllegalArgumentException when it is neither YAML nor JSON, or holds something that is no object
     */
    static List<ObjectNode> objects(String source, byte[] bytes) {
        var objects = new ArrayList<ObjectNode>();
        for (JsonNode document : documents(source, bytes)) {
            unfold(source, document, 0, objects);
        }
        return objects;
    }

    private static List<JsonNode> documents(String source, byte[] bytes) {
        if (!beginsWithBrace(bytes)) {
            return yaml(source, bytes);
        }
        try {
            return JsonTrees.all(new ByteArrayInputStream(bytes));
        } catch (IOException noJson) {
            try {
                return yaml(source, bytes); // A flow mapping also begins with a brace.
            } catch (IllegalArgumentException noYamlEither) {
                throw error(source, place(noJson), message(noJson), noJson);
            }
        }
    }

    private static boolean beginsWithBrace(byte[] bytes) {
        int i = 0;
        while (i < bytes.length && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
            i++;
        }
        return i < bytes.length && bytes[i] == '{';
    }

    private static List<JsonNode> yaml(String source, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        List<JsonNode> asKubectlPrintsIt = BlockYaml.documents(text);
        if (asKubectlPrintsIt != null) {
            return asKubectlPrintsIt;
        }
        try {
            return YamlTrees.documents(source, text);
        } catch (MarkedYamlEngineException noYaml) {
            String place = noYaml.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw error(source, place, String.valueOf(noYaml.getProblem()), noYaml);
        } catch (YamlEngineException noYaml) {
            throw error(source, "", String.valueOf(noYaml.getMessage()), noYaml);
        }
    }

    /** Lists in lists are unfolded, too, but not without end: aliases could make billions of them. */
    private static void unfold(String source, JsonNode document, int depth, List<ObjectNode> objects) {
        if (depth > DEEPEST_LIST) {
            throw error(source, "", "lists in lists, deeper than " + DEEPEST_LIST, null);
        }
        String kind = document.path("kind").asText("");
        if (kind.endsWith("List") && document.path("items").isArray()) {
            for (JsonNode item : document.path("items")) {
                unfold(source, withKind(item, kind), depth + 1, objects);
            }
        } else if (document instanceof ObjectNode object) {
            objects.add(object);
        } else if (!document.isNull()) {
            throw error(source, "", "a document that is no object", null);
        }
    }

    /** An item of a {@code ServiceList} as the API server writes it: without a kind, which the list's implies. */
    private static JsonNode withKind(JsonNode item, String listKind) {
        if (item instanceof ObjectNode object && !object.hasNonNull("kind") && listKind.length() > "List".length()) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .<ObjectNode>setAll(object)
                    .put("kind", listKind.substring(0, listKind.length() - "List".length()));
        }
        return item;
    }

    private static IllegalArgumentException error(
            String source, String place, String problem, @Nullable Exception cause) {
        String where = place.isEmpty() ? source : source + ", " + place;
        return new IllegalArgumentException(
                "manifest " + Printable.of(where) + ": " + Printable.of(problem)
                        + " (expected: Kubernetes objects in YAML or JSON)",
                cause);
    }

    private static String place(IOException noJson) {
        JsonLocation at = noJson instanceof JsonProcessingException processing ? processing.getLocation() : null;
        return at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static String message(IOException noJson) {
        return noJson instanceof JsonProcessingException processing
                ? String.valueOf(processing.getOriginalMessage())
                : String.valueOf(noJson.getMessage());
    }
}
