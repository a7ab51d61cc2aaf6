package dev.onehop.k8s.fake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How bytes become objects and back: JSON on the wire, YAML or JSON in manifests.
 *
 * <p>Shared: safe from any thread; mappers are configured once.
 */
final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a request body, JSON or YAML by content type; a body that is neither is a 400. */
    static JsonNode body(HttpRequest request) {
        try {
            return request.header("content-type").contains("yaml")
                    ? YAML.readTree(request.body())
                    : MAPPER.readTree(request.body());
        } catch (IOException e) {
            throw ApiError.badRequest("the body of the request could not be decoded: " + e.getMessage());
        }
    }

    /** Reads a request body that must be one object. */
    static ObjectNode objectBody(HttpRequest request) {
        if (body(request) instanceof ObjectNode object) {
            return object;
        }
        throw ApiError.badRequest("the object provided is unrecognized (must be of type object)");
    }

    /** Every object of a manifest, in order: several documents and {@code List} kinds are unfolded. */
    static List<ObjectNode> manifest(String yamlOrJson) {
        List<ObjectNode> objects = new ArrayList<>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yamlOrJson)) {
            while (documents.hasNext()) {
                unfold(documents.next(), objects);
            }
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("manifest: " + e.getMessage() + " (expected: YAML or JSON objects)", e);
        }
        return objects;
    }

    private static void unfold(JsonNode document, List<ObjectNode> into) {
        if (document.path("kind").asText().endsWith("List")
                && document.path("items").isArray()) {
            document.path("items").forEach(item -> unfold(item, into));
        } else if (document instanceof ObjectNode object) {
            into.add(object);
        } else if (!document.isNull() && !document.isMissingNode()) {
            throw new IllegalArgumentException("document: " + document);
        }
    }
}
