package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kubernetes' own merge: lists with a merge key merge by that key, all other lists are replaced whole.
 *
 * <p>Server-side apply uses it too, without field ownership. Immutable.
 */
final class StrategicMerge {
    private static final String DIRECTIVE = "$patch";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

    /** Lists that merge, by path, and the key of their elements; an empty key marks lists of plain values. */
    private static final Map<String, String> MERGE_KEYS = Map.of(
            "spec/ports", "port",
            "metadata/ownerReferences", "uid",
            "metadata/finalizers", "",
            "status/conditions", "type",
            "status/addresses", "type");

    private StrategicMerge() {}

    static ObjectNode merged(ObjectNode current, ObjectNode patch) {
        return object(current, patch, "");
    }

    private static ObjectNode object(ObjectNode current, ObjectNode patch, String path) {
        if (patch.path(DIRECTIVE).asText().equals("replace")) {
            return withoutDirectives(patch);
        }
        ObjectNode result = current.deepCopy();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.startsWith(DELETE_FROM)) {
                removeValues(result.path(name.substring(DELETE_FROM.length())), value);
            } else if (name.startsWith("$")) {
                continue;
            } else if (value.isNull()) {
                result.remove(name);
            } else {
                result.set(name, value(result.path(name), value, path.isEmpty() ? name : path + "/" + name));
            }
        }
        patch.properties().stream()
                .filter(field -> field.getKey().startsWith(ORDER))
                .forEach(field -> reorder(result, field.getKey().substring(ORDER.length()), field.getValue(), path));
        return result;
    }

    private static JsonNode value(JsonNode current, JsonNode patch, String path) {
        if (patch instanceof ObjectNode changes) {
            return object(current instanceof ObjectNode object ? object : Json.object(), changes, path);
        }
        String mergeKey = MERGE_KEYS.get(path);
        if (mergeKey != null && patch instanceof ArrayNode changes && current instanceof ArrayNode array) {
            return list(array, changes, mergeKey, path);
        }
        return patch.deepCopy();
    }

    private static ArrayNode list(ArrayNode current, ArrayNode patch, String mergeKey, String path) {
        ArrayNode result = current.deepCopy();
        for (JsonNode change : patch) {
            int at = indexOf(result, change, mergeKey);
            String directive = change.path(DIRECTIVE).asText("");
            if (directive.equals("replace") && change.size() == 1) {
                result.removeAll();
            } else if (directive.equals("delete")) {
                if (at >= 0) {
                    result.remove(at);
                }
            } else if (at < 0) {
                result.add(change instanceof ObjectNode object ? withoutDirectives(object) : change);
            } else if (change instanceof ObjectNode object && result.get(at) instanceof ObjectNode element) {
                result.set(at, object(element, object, path + "/*"));
            }
        }
        return result;
    }

    private static int indexOf(ArrayNode list, JsonNode element, String mergeKey) {
        for (int i = 0; i < list.size(); i++) {
            if (keyOf(list.get(i), mergeKey).equals(keyOf(element, mergeKey))) {
                return i;
            }
        }
        return -1;
    }

    private static JsonNode keyOf(JsonNode element, String mergeKey) {
        return mergeKey.isEmpty() || !element.isObject() ? element : element.path(mergeKey);
    }

    /** Puts the elements the patch names in the order it names them; the others follow. */
    private static void reorder(ObjectNode parent, String field, JsonNode order, String path) {
        String mergeKey = MERGE_KEYS.get(path.isEmpty() ? field : path + "/" + field);
        if (mergeKey == null || !(parent.get(field) instanceof ArrayNode list)) {
            return;
        }
        List<JsonNode> ordered = new ArrayList<>();
        for (JsonNode named : order) {
            int at = indexOf(list, named, mergeKey);
            if (at >= 0) {
                ordered.add(list.remove(at));
            }
        }
        list.forEach(ordered::add);
        parent.putArray(field).addAll(ordered);
    }

    private static void removeValues(JsonNode list, JsonNode values) {
        if (list instanceof ArrayNode array) {
            values.forEach(value -> {
                int at = indexOf(array, value, "");
                if (at >= 0) {
                    array.remove(at);
                }
            });
        }
    }

    private static ObjectNode withoutDirectives(ObjectNode patch) {
        ObjectNode result = patch.deepCopy();
        List<String> names = new ArrayList<>();
        result.fieldNames().forEachRemaining(names::add);
        names.stream().filter(name -> name.startsWith("$")).forEach(result::remove);
        return result;
    }
}
