package dev.onehop.k8s;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads lists and watch lines of one resource. JSON that is none fails as a whole; a single object that does not fit
 * its kind, or says nothing useful, becomes an {@link Item} without a value, so that one bad object costs no other.
 *
 * <p>Shared: safe from any thread.
 *
 * @param <T> what an object is mapped to
 */
final class ApiJson<T> {

    private final Function<JsonNode, @Nullable T> mapping;

    ApiJson(Function<JsonNode, @Nullable T> mapping) {
        this.mapping = mapping;
    }

    /**
     * Reads one page of a list, item by item.
     *
     * @throws TroubleException when it is no JSON, or no list
     */
    ListPage<T> page(InputStream bytes) throws TroubleException {
        try {
            return read(bytes);
        } catch (IOException noList) {
            throw garbled(noList);
        }
    }

    private ListPage<T> read(InputStream bytes) throws IOException {
        String version = "";
        String next = "";
        var items = new ArrayList<Item<T>>();
        int useless = 0;
        boolean listSeen = false;
        try (var parser = JsonTrees.parser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(parser, "not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("metadata")) {
                    JsonNode metadata = JsonTrees.value(parser);
                    version = metadata.path("resourceVersion").asText("");
                    next = metadata.path("continue").asText("");
                } else if (field.equals("items")) {
                    listSeen = true;
                    while (value == JsonToken.START_ARRAY && parser.nextToken() != JsonToken.END_ARRAY) {
                        Item<T> item = item(JsonTrees.value(parser));
                        if (item == null) {
                            useless++;
                        } else {
                            items.add(item);
                        }
                    }
                } else {
                    parser.skipChildren();
                }
            }
            if (!listSeen || parser.currentToken() != JsonToken.END_OBJECT) {
                throw new JsonParseException(parser, "not a list");
            }
        }
        return new ListPage<>(version, next, items, useless);
    }

    /**
     * Reads one line of a watch.
     *
     * @throws TroubleException when it is no JSON object, or an ERROR event
     */
    Change<T> change(byte[] line, int length) throws TroubleException {
        JsonNode event;
        try (var parser = JsonTrees.parser(line, length)) {
            parser.nextToken();
            event = JsonTrees.value(parser);
            if (!event.isObject() || parser.nextToken() != null) {
                throw new JsonParseException(parser, "not one JSON object");
            }
        } catch (IOException noEvent) {
            throw garbled(noEvent);
        }
        JsonNode object = event.path("object");
        String type = event.path("type").asText("");
        if (type.equals("BOOKMARK")) {
            return new Change.Bookmark<>(
                    object.path("metadata").path("resourceVersion").asText(""));
        }
        if (type.equals("ERROR")) {
            throw new TroubleException(status(object, 0, Duration.ZERO));
        }
        Item<T> item = item(object);
        if (item == null) {
            return new Change.Useless<>();
        }
        return switch (type) {
            case "ADDED", "MODIFIED" -> new Change.Put<>(item);
            case "DELETED" -> new Change.Gone<>(item);
            default -> new Change.Useless<>();
        };
    }

    /** Jackson's message quotes the source at length; its first line says enough. */
    private static TroubleException garbled(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        return TroubleException.garbled(
                "no JSON from the API server: " + message.lines().findFirst().orElse(""));
    }

    /** What a failed call's body, a Status object if all is well, says beside its HTTP status. */
    static Trouble trouble(int httpStatus, byte[] body, Duration retryAfter) {
        try (var parser = JsonTrees.parser(body, body.length)) {
            parser.nextToken();
            return status(JsonTrees.value(parser), httpStatus, retryAfter);
        } catch (IOException noStatus) {
            return Trouble.ofStatus(httpStatus, "", retryAfter);
        }
    }

    private static Trouble status(JsonNode status, int httpStatus, Duration retryAfter) {
        int code = httpStatus != 0 ? httpStatus : status.path("code").asInt(0);
        Duration asked = Duration.ofSeconds(
                Math.max(0, status.path("details").path("retryAfterSeconds").asInt(0)));
        return Trouble.ofStatus(
                code, status.path("message").asText(""), asked.compareTo(retryAfter) > 0 ? asked : retryAfter);
    }

    private @Nullable Item<T> item(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        String name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            return null;
        }
        return new Item<>(
                metadata.path("namespace").asText("") + "/" + name,
                metadata.path("uid").asText(""),
                metadata.path("resourceVersion").asText(""),
                value(object));
    }

    private @Nullable T value(JsonNode object) {
        try {
            return mapping.apply(object);
        } catch (RuntimeException beyondUse) {
            return null;
        }
    }
}
