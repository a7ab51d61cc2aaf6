package dev.onehop.k8s;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Text of a manifest, YAML or JSON, as objects. YAML is read without tags of its own (S-21), with bounded aliases and
 * nesting.
 *
 * <p>Pure.
 */
final class ManifestText {

    private static final int DEEPEST = 64;
    private static final int LONGEST = 64 * 1024 * 1024;

    private ManifestText() {}

    /**
     * Every document, with the items of lists in their place; empty documents are left out.
     *
     * @throws IllegalArgumentException when it is neither YAML nor JSON, or holds something that is no object
     */
    static List<JsonNode> objects(String source, byte[] bytes) {
        var objects = new ArrayList<JsonNode>();
        documents(source, bytes).forEach(document -> unfold(source, document, objects));
        return objects;
    }

    private static List<JsonNode> documents(String source, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.stripLeading().startsWith("{")) {
            return yaml(source, text);
        }
        try {
            return ApiJson.documents(new ByteArrayInputStream(bytes));
        } catch (IOException noJson) {
            try {
                return yaml(source, text); // A flow mapping also begins with a brace.
            } catch (IllegalArgumentException noYamlEither) {
                throw error(source, place(noJson), message(noJson), noJson);
            }
        }
    }

    private static List<JsonNode> yaml(String source, String text) {
        var settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setCodePointLimit(LONGEST)
                .setLabel(source)
                .build();
        var documents = new ArrayList<JsonNode>();
        try {
            for (Object document : new Load(settings).loadAllFromString(text)) {
                documents.add(tree(document, 0));
            }
        } catch (MarkedYamlEngineException noYaml) {
            String place = noYaml.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw error(source, place, String.valueOf(noYaml.getProblem()), noYaml);
        } catch (YamlEngineException noYaml) {
            throw error(source, "", String.valueOf(noYaml.getMessage()), noYaml);
        }
        return documents;
    }

    private static JsonNode tree(@Nullable Object value, int depth) {
        if (depth > DEEPEST) {
            throw new YamlEngineException("nested deeper than " + DEEPEST);
        }
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (value instanceof Map<?, ?> map) {
            var object = json.objectNode();
            map.forEach((key, member) -> object.set(String.valueOf(key), tree(member, depth + 1)));
            return object;
        }
        if (value instanceof List<?> list) {
            var array = json.arrayNode();
            list.forEach(element -> array.add(tree(element, depth + 1)));
            return array;
        }
        if (value instanceof Boolean bool) {
            return json.booleanNode(bool);
        }
        if (value instanceof Integer integer) {
            return json.numberNode(integer);
        }
        if (value instanceof Long number) {
            return json.numberNode(number);
        }
        return value == null ? json.nullNode() : json.textNode(value.toString());
    }

    private static void unfold(String source, JsonNode document, List<JsonNode> objects) {
        if (document.isObject()
                && document.path("kind").asText("").endsWith("List")
                && document.path("items").isArray()) {
            String kind = document.path("kind").asText();
            document.path("items").forEach(item -> unfold(source, withKind(item, kind), objects));
        } else if (document.isObject()) {
            objects.add(document);
        } else if (!document.isNull() && !document.isMissingNode()) {
            throw error(source, "", "a document that is no object", null);
        }
    }

    /** An item of a {@code ServiceList} as the API server writes it: without a kind, which the list's implies. */
    private static JsonNode withKind(JsonNode item, String listKind) {
        if (item instanceof ObjectNode object && !object.hasNonNull("kind") && listKind.length() > "List".length()) {
            return object.deepCopy().put("kind", listKind.substring(0, listKind.length() - "List".length()));
        }
        return item;
    }

    private static IllegalArgumentException error(
            String source, String place, String problem, @Nullable Exception cause) {
        String where = place.isEmpty() ? source : source + ", " + place;
        return new IllegalArgumentException(
                "manifest " + Printable.text(where) + ": " + Printable.text(problem)
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
