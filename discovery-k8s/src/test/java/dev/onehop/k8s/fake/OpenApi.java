package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Just enough OpenAPI v3 for kubectl to learn that the server validates fields itself, which it does by accepting all.
 *
 * <p>Immutable.
 */
final class OpenApi {
    private OpenApi() {}

    static ObjectNode index(List<String> groups) {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        for (String group : groups) {
            String path = group.isEmpty() ? "api/v1" : "apis/" + group + "/v1";
            paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path);
        }
        return index;
    }

    static ObjectNode document(String group) {
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
        ObjectNode paths = document.putObject("paths");
        for (ApiResource resource : ApiResource.values()) {
            if (resource.group.equals(group)) {
                paths.set(itemPath(resource), operations(resource));
            }
        }
        return document;
    }

    private static ObjectNode operations(ApiResource resource) {
        ObjectNode operations = Json.object();
        for (String method : new String[] {"put", "patch"}) {
            ObjectNode operation = operations.putObject(method);
            ArrayNode parameters = operation.putArray("parameters");
            for (String name : new String[] {"dryRun", "fieldManager", "fieldValidation"}) {
                parameters
                        .addObject()
                        .put("name", name)
                        .put("in", "query")
                        .putObject("schema")
                        .put("type", "string");
            }
            operation.putObject("responses").putObject("200").put("description", "OK");
            operation
                    .putObject("x-kubernetes-group-version-kind")
                    .put("group", resource.group)
                    .put("version", "v1")
                    .put("kind", resource.kind);
        }
        return operations;
    }

    private static String itemPath(ApiResource resource) {
        String base = resource.group.isEmpty() ? "/api/v1/" : "/apis/" + resource.group + "/v1/";
        return base + (resource.namespaced ? "namespaces/{namespace}/" : "") + resource.plural + "/{name}";
    }
}
