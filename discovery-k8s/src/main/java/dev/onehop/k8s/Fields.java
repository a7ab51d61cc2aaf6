package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fields of the API's objects, where null means absent. Scalars are taken in each other's clothes where the meaning is
 * clear ({@code "80"} for a port), as fabric8's model takes them; anything else is a {@link MisfitException}.
 *
 * <p>Pure functions.
 */
final class Fields {

    private Fields() {}

    /** The object, or a node without any fields. */
    static JsonNode object(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        if (!isAbsent(value) && !value.isObject()) {
            throw misfit(field, value, "an object");
        }
        return value;
    }

    /** The elements that are there: null means empty, and nulls among them, which nobody validated, nothing. */
    static List<JsonNode> list(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        if (isAbsent(value)) {
            return List.of();
        }
        if (!value.isArray()) {
            throw misfit(field, value, "a list");
        }
        var elements = new ArrayList<JsonNode>(value.size());
        for (JsonNode element : value) {
            if (!element.isNull()) {
                elements.add(element);
            }
        }
        return elements;
    }

    /** As {@link #list}, of objects. */
    static List<JsonNode> objects(JsonNode parent, String field) {
        List<JsonNode> elements = list(parent, field);
        for (JsonNode element : elements) {
            if (!element.isObject()) {
                throw misfit(field, element, "objects");
            }
        }
        return elements;
    }

    /** As {@link #list}, of texts. */
    static List<String> texts(JsonNode parent, String field) {
        List<JsonNode> elements = list(parent, field);
        var texts = new ArrayList<String>(elements.size());
        for (JsonNode element : elements) {
            if (!element.isValueNode()) {
                throw misfit(field, element, "texts");
            }
            texts.add(element.asText());
        }
        return texts;
    }

    static @Nullable String text(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        if (isAbsent(value)) {
            return null;
        }
        if (!value.isValueNode()) {
            throw misfit(field, value, "a text");
        }
        return value.asText();
    }

    /** {@link #text}, or {@code ""}. */
    static String textOrEmpty(JsonNode parent, String field) {
        String text = text(parent, field);
        return text == null ? "" : text;
    }

    static @Nullable Integer integer(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        if (isAbsent(value)) {
            return null;
        }
        if (value.isNumber() && value.canConvertToInt()) {
            return value.asInt();
        }
        String text = value.isTextual() ? value.asText().strip() : "x";
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException noNumber) {
            throw misfit(field, value, "a number of 32 bits");
        }
    }

    static @Nullable Boolean bool(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        if (isAbsent(value)) {
            return null;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return switch (value.isTextual() ? value.asText().strip() : value.isInt() ? value.asText() : "x") {
            case "" -> null;
            case "true", "True", "TRUE", "1" -> true;
            case "false", "False", "FALSE", "0" -> false;
            default -> throw misfit(field, value, "true or false");
        };
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static MisfitException misfit(String field, JsonNode value, String expected) {
        return new MisfitException(field + " is " + kind(value) + " (expected: " + expected + ")");
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            default -> "something else";
        };
    }
}
