package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Get and list: which version of the state is read, and which page of it is answered.
 *
 * <p>Shared: safe from any thread; reads one snapshot per call.
 */
final class ReadCalls {
    private final ObjectStore store;

    ReadCalls(ObjectStore store) {
        this.store = store;
    }

    ObjectNode get(ApiCall call) {
        String name = call.name() == null ? "" : call.name();
        ObjectNode object = store.get(call.resource(), ObjectKey.of(call.resource(), call.namespace(), name));
        if (object == null) {
            throw ApiError.notFound(call.resource(), name);
        }
        return object;
    }

    ObjectNode list(ApiCall call) {
        String token = call.param("continue");
        Page page = token.isEmpty() ? new Page(0, "") : Page.decode(token);
        ObjectStore.Snapshot snapshot = token.isEmpty() ? first(call) : next(call.resource(), page.version);
        Selection selection = Selection.of(call);
        List<ObjectNode> rest = snapshot.items().stream()
                .filter(object -> page.precedes(ObjectKey.of(object))
                        && selection.matches().test(object))
                .toList();
        int limit = limit(call);
        boolean last = limit == 0 || rest.size() <= limit;

        ObjectNode list = Json.object();
        list.put("kind", call.resource().kind + "List")
                .put("apiVersion", call.resource().apiVersion());
        ObjectNode metadata = list.putObject("metadata");
        metadata.put("resourceVersion", Long.toString(snapshot.version()));
        ArrayNode items = list.putArray("items");
        (last ? rest : rest.subList(0, limit)).forEach(object -> items.add(bare(object)));
        if (!last) {
            String after = Page.cursor(ObjectKey.of(rest.get(limit - 1)));
            metadata.put("continue", new Page(snapshot.version(), after).encode());
            if (!Selection.narrows(call)) {
                metadata.put("remainingItemCount", rest.size() - limit);
            }
        }
        return list;
    }

    private ObjectStore.Snapshot first(ApiCall call) {
        long asked = call.number("resourceVersion");
        ObjectStore.Snapshot latest = store.snapshot(call.resource());
        if (asked > latest.version()) {
            throw ApiError.tooLargeVersion(asked, latest.version());
        }
        if (!call.param("resourceVersionMatch").equals("Exact")) {
            return latest;
        }
        ObjectStore.Snapshot exact = store.snapshotAt(call.resource(), asked);
        if (exact == null) {
            throw ApiError.gone(asked, latest.version());
        }
        return exact;
    }

    private ObjectStore.Snapshot next(ApiResource resource, long version) {
        ObjectStore.Snapshot snapshot = store.snapshotAt(resource, version);
        if (snapshot == null) {
            throw ApiError.continueExpired();
        }
        return snapshot;
    }

    /** The page size; like the watch cache, a list that accepts any version is answered whole. */
    private static int limit(ApiCall call) {
        boolean anyVersion = call.param("resourceVersion").equals("0");
        return anyVersion ? 0 : (int) Math.min(call.number("limit"), Integer.MAX_VALUE);
    }

    /** An item as lists carry it: without kind and apiVersion, which the list's own imply. */
    private static ObjectNode bare(ObjectNode object) {
        ObjectNode item = Json.object();
        item.setAll(object);
        item.remove(List.of("kind", "apiVersion"));
        return item;
    }

    /** Where a list goes on: the version it began with and the last key already answered. */
    private record Page(long version, String after) {

        static Page decode(String token) {
            try {
                String[] parts = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split(" ", 2);
                return new Page(Long.parseLong(parts[0]), parts[1]);
            } catch (RuntimeException e) {
                throw ApiError.badRequest("continue key is not valid: " + token);
            }
        }

        static String cursor(ObjectKey key) {
            return key.namespace() + "/" + key.name();
        }

        String encode() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((version + " " + after).getBytes(StandardCharsets.UTF_8));
        }

        boolean precedes(ObjectKey key) {
            if (after.isEmpty()) {
                return true;
            }
            int slash = after.indexOf('/');
            return new ObjectKey(after.substring(0, slash), after.substring(slash + 1)).compareTo(key) < 0;
        }
    }
}
