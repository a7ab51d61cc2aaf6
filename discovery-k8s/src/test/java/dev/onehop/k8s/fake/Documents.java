package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;

/**
 * The documents that describe the server: version, health, discovery, and as much OpenAPI as kubectl asks about.
 *
 * <p>Immutable.
 */
final class Documents {
    private static final List<String> GROUPS = Arrays.stream(ApiResource.values())
            .map(each -> each.group)
            .distinct()
            .toList();
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    HttpResponse answer(String path) {
        return switch (path) {
            case "/healthz", "/readyz", "/livez" -> HttpResponse.text(200, "ok");
            case "/version" -> HttpResponse.json(200, version());
            case "/api" -> HttpResponse.json(200, coreVersions());
            case "/apis" -> HttpResponse.json(200, groups());
            case "/openapi/v3" -> HttpResponse.json(200, OpenApi.index(GROUPS));
            default -> inGroup(path);
        };
    }

    private static HttpResponse inGroup(String path) {
        for (String group : GROUPS) {
            String base = group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1";
            if (path.equals(base)) {
                return HttpResponse.json(200, resources(group));
            }
            if (path.equals("/openapi/v3" + base)) {
                return HttpResponse.json(200, OpenApi.document(group));
            }
            if (!group.isEmpty() && path.equals("/apis/" + group)) {
                return HttpResponse.json(
                        200, group(group).put("kind", "APIGroup").put("apiVersion", "v1"));
            }
        }
        return HttpResponse.text(404, "404 page not found\n");
    }

    private static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "32")
                .put("gitVersion", "v1.32.0+onehop-fake")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "jvm");
    }

    private static ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return versions;
    }

    private static ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        GROUPS.stream().filter(name -> !name.isEmpty()).forEach(name -> groups.add(group(name)));
        return list;
    }

    private static ObjectNode group(String name) {
        ObjectNode group = Json.object().put("name", name);
        JsonNode version = Json.object().put("groupVersion", name + "/v1").put("version", "v1");
        group.putArray("versions").add(version);
        group.set("preferredVersion", version);
        return group;
    }

    private static ObjectNode resources(String group) {
        ObjectNode list = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
        list.put("groupVersion", group.isEmpty() ? "v1" : group + "/v1");
        ArrayNode resources = list.putArray("resources");
        for (ApiResource each : ApiResource.values()) {
            if (!each.group.equals(group)) {
                continue;
            }
            ObjectNode resource = resources
                    .addObject()
                    .put("name", each.plural)
                    .put("singularName", each.singular())
                    .put("namespaced", each.namespaced)
                    .put("kind", each.kind);
            VERBS.forEach(resource.putArray("verbs")::add);
            each.shortNames.forEach(resource.putArray("shortNames")::add);
        }
        return list;
    }
}
