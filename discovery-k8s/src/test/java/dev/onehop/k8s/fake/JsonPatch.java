package dev.onehop.k8s.fake;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * RFC 6902: a list of operations, of which all apply or the patch is a 422.
 *
 * <p>Immutable.
 */
final class JsonPatch {
    private JsonPatch() {}

    static JsonNode apply(JsonNode document, JsonNode operations) {
        JsonNode result = document;
        for (JsonNode operation : operations) {
            try {
                result = applied(result, operation);
            } catch (IllegalArgumentException e) {
                throw ApiError.invalid("the server rejected our request due to an error in our request: " + operation);
            }
        }
        return result;
    }

    private static JsonNode applied(JsonNode document, JsonNode operation) {
        JsonPointer path = JsonPointer.compile(operation.path("path").asText());
        JsonNode value = operation.path("value");
        JsonPointer from = JsonPointer.compile(operation.path("from").asText(""));
        switch (operation.path("op").asText()) {
            case "add" -> add(document, path, value);
            case "remove" -> remove(document, path);
            case "replace" -> {
                remove(document, path);
                add(document, path, value);
            }
            case "move" -> add(document, path, remove(document, from));
            case "copy" -> add(document, path, existing(document, from).deepCopy());
            case "test" -> {
                if (!document.at(path).equals(value)) {
                    throw new IllegalArgumentException("test failed");
                }
            }
            default -> throw new IllegalArgumentException("op");
        }
        return document;
    }

    private static void add(JsonNode document, JsonPointer path, JsonNode value) {
        JsonNode parent = document.at(path.head());
        JsonPointer last = path.last();
        if (parent instanceof ObjectNode object) {
            object.set(last.getMatchingProperty(), value);
        } else if (parent instanceof ArrayNode array
                && last.getMatchingProperty().equals("-")) {
            array.add(value);
        } else if (parent instanceof ArrayNode array && inside(last.getMatchingIndex(), array.size() + 1)) {
            array.insert(last.getMatchingIndex(), value);
        } else {
            throw new IllegalArgumentException("no such parent");
        }
    }

    private static JsonNode remove(JsonNode document, JsonPointer path) {
        JsonNode gone = existing(document, path);
        JsonNode parent = document.at(path.head());
        if (parent instanceof ObjectNode object) {
            object.remove(path.last().getMatchingProperty());
        } else if (parent instanceof ArrayNode array) {
            array.remove(path.last().getMatchingIndex());
        }
        return gone;
    }

    private static JsonNode existing(JsonNode document, JsonPointer path) {
        JsonNode node = document.at(path);
        if (path.matches() || node.isMissingNode()) {
            throw new IllegalArgumentException("no such value");
        }
        return node;
    }

    private static boolean inside(int index, int size) {
        return index >= 0 && index < size;
    }
}
