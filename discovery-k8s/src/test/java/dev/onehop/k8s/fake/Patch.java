package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How a PATCH body changes an object, by its content type.
 *
 * <p>Pure functions: the nodes given are never modified. Immutable.
 */
final class Patch {
    private Patch() {}

    /** The object after the patch; a patch that cannot be applied is a 400, 415 or 422. */
    static ObjectNode apply(HttpRequest request, ObjectNode current) {
        String type = request.header("content-type").split(";", 2)[0].trim();
        JsonNode patch = Json.body(request);
        JsonNode patched = switch (type) {
            case "application/json-patch+json" -> JsonPatch.apply(current.deepCopy(), patch);
            case "application/merge-patch+json" -> merged(current, patch);
            case "application/strategic-merge-patch+json", "application/apply-patch+yaml" ->
                StrategicMerge.merged(current, object(patch));
            default -> throw ApiError.unsupportedMediaType();
        };
        return object(patched);
    }

    static boolean isApply(HttpRequest request) {
        return request.header("content-type").startsWith("application/apply-patch");
    }

    /** RFC 7396: objects merge, null removes, everything else replaces. */
    private static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        ObjectNode result = target.isObject() ? target.deepCopy() : Json.object();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merged(result.path(field.getKey()), field.getValue()));
            }
        });
        return result;
    }

    private static ObjectNode object(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw ApiError.badRequest("the patch does not make an object: " + node);
    }
}
