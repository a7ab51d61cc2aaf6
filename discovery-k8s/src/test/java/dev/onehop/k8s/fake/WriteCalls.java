package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The verbs that change objects, for HTTP and for the Java API alike.
 *
 * <p>Shared: safe from any thread; changes are compare-and-set against the store, retried when they lose a race the
 * caller did not ask to know about.
 */
final class WriteCalls {
    private final ObjectStore store;
    private final Admission admission = new Admission();

    WriteCalls(ObjectStore store) {
        this.store = store;
    }

    HttpResponse answer(ApiCall call, HttpRequest request) {
        return switch (call.verb()) {
            case CREATE -> {
                requireNamespace(call);
                yield HttpResponse.json(201, create(call.resource(), call.namespace(), Json.objectBody(request)));
            }
            case UPDATE -> HttpResponse.json(200, replace(call.resource(), key(call), Json.objectBody(request)));
            case PATCH -> patch(call, request);
            case DELETE -> deleted(call);
            case DELETECOLLECTION -> deletedAll(call);
            default -> throw ApiError.methodNotAllowed();
        };
    }

    ObjectNode create(ApiResource resource, @Nullable String namespace, ObjectNode body) {
        String bodyNamespace = body.path("metadata").path("namespace").asText("");
        if (resource.namespaced && namespace != null && !bodyNamespace.isEmpty() && !bodyNamespace.equals(namespace)) {
            throw ApiError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the" + " request");
        }
        String name = Admission.nameOf(body);
        if (name.isEmpty()) {
            throw ApiError.invalid(resource.kind + " \"\" is invalid: metadata.name: Required value: name or"
                    + " generateName is required");
        }
        ObjectKey key = ObjectKey.of(resource, namespace == null ? bodyNamespace : namespace, name);
        return store.insert(resource, admission.created(resource, key, body));
    }

    /** Replaces an object; when the body carries a resourceVersion, only that version of it. */
    ObjectNode replace(ApiResource resource, ObjectKey key, ObjectNode body) {
        while (true) {
            ObjectNode current = existing(resource, key);
            String expected = body.path("metadata").path("resourceVersion").asText("");
            if (!expected.isEmpty() && !expected.equals(Long.toString(StoredEvent.versionOf(current)))) {
                throw ApiError.conflict(resource, key.name());
            }
            try {
                return store.replace(resource, current, admission.updated(resource, current, body));
            } catch (ApiError raced) {
                if (!expected.isEmpty()) {
                    throw raced;
                }
            }
        }
    }

    ObjectNode delete(ApiResource resource, ObjectKey key) {
        ObjectNode removed = store.remove(resource, key);
        if (resource == ApiResource.NAMESPACES) {
            for (ApiResource inside : ApiResource.values()) {
                store.snapshot(inside).items().stream()
                        .map(ObjectKey::of)
                        .filter(each -> inside.namespaced && each.namespace().equals(key.name()))
                        .forEach(each -> store.remove(inside, each));
            }
        }
        return removed;
    }

    /** Makes sure a namespace exists, as the Java API does and HTTP does not. */
    void ensureNamespace(String namespace) {
        ObjectKey key = ObjectKey.of(ApiResource.NAMESPACES, null, namespace);
        if (!namespace.isEmpty() && store.get(ApiResource.NAMESPACES, key) == null) {
            store.insert(ApiResource.NAMESPACES, admission.created(ApiResource.NAMESPACES, key, Json.object()));
        }
    }

    private HttpResponse patch(ApiCall call, HttpRequest request) {
        ObjectKey key = key(call);
        if (Patch.isApply(request) && store.get(call.resource(), key) == null) {
            requireNamespace(call);
            ObjectNode body = Json.objectBody(request);
            body.withObjectProperty("metadata").put("name", key.name());
            return HttpResponse.json(201, create(call.resource(), call.namespace(), body));
        }
        while (true) {
            ObjectNode current = existing(call.resource(), key);
            ObjectNode patched = Patch.apply(request, current);
            if (StoredEvent.versionOf(patched) != StoredEvent.versionOf(current)) {
                throw ApiError.conflict(call.resource(), key.name());
            }
            ObjectNode next = admission.updated(call.resource(), current, patched);
            if (store.get(call.resource(), key) == current) {
                return HttpResponse.json(200, store.replace(call.resource(), current, next));
            }
        }
    }

    private HttpResponse deleted(ApiCall call) {
        ObjectNode removed = delete(call.resource(), key(call));
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        status.putObject("details")
                .put("name", removed.path("metadata").path("name").asText())
                .put("group", call.resource().group)
                .put("kind", call.resource().plural)
                .put("uid", removed.path("metadata").path("uid").asText());
        return HttpResponse.json(200, status);
    }

    private HttpResponse deletedAll(ApiCall call) {
        Selection selection = Selection.of(call);
        ObjectStore.Snapshot all = store.snapshot(call.resource());
        all.items().stream()
                .filter(selection.matches())
                .map(ObjectKey::of)
                .forEach(key -> delete(call.resource(), key));
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return HttpResponse.json(200, status.put("status", "Success"));
    }

    private ObjectNode existing(ApiResource resource, ObjectKey key) {
        ObjectNode current = store.get(resource, key);
        if (current == null) {
            throw ApiError.notFound(resource, key.name());
        }
        return current;
    }

    private void requireNamespace(ApiCall call) {
        String namespace = call.namespace();
        if (call.resource().namespaced && namespace == null) {
            throw ApiError.methodNotAllowed();
        }
        if (call.resource().namespaced
                && store.get(ApiResource.NAMESPACES, ObjectKey.of(ApiResource.NAMESPACES, null, namespace)) == null) {
            throw ApiError.notFound(ApiResource.NAMESPACES, namespace);
        }
    }

    private static ObjectKey key(ApiCall call) {
        String name = call.name();
        if (name == null) {
            throw ApiError.methodNotAllowed();
        }
        return ObjectKey.of(call.resource(), call.namespace(), name);
    }
}
