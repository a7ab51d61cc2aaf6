package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The {@code meta.k8s.io/v1 Table} form of objects, which is what kubectl prints.
 *
 * <p>Immutable.
 */
final class Table {
    private Table() {}

    static boolean wanted(HttpRequest request) {
        return request.header("accept").contains("as=Table");
    }

    /** A table of one object, or of a list's items; columns are described only when asked for. */
    static ObjectNode of(ApiResource resource, ObjectNode objectOrList, boolean describe) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        JsonNode metadata = objectOrList.path("metadata");
        ObjectNode listMetadata = table.putObject("metadata");
        for (String field : new String[] {"resourceVersion", "continue", "remainingItemCount"}) {
            if (metadata.has(field)) {
                listMetadata.set(field, metadata.get(field));
            }
        }
        if (describe) {
            describe(table.putArray("columnDefinitions"), resource);
        } else {
            table.putNull("columnDefinitions");
        }
        ArrayNode rows = table.putArray("rows");
        if (objectOrList.path("items").isArray()) {
            objectOrList.path("items").forEach(item -> row(rows, resource, item));
        } else {
            row(rows, resource, objectOrList);
        }
        return table;
    }

    private static void describe(ArrayNode definitions, ApiResource resource) {
        for (Column column : Column.of(resource)) {
            definitions
                    .addObject()
                    .put("name", column.name())
                    .put("type", "string")
                    .put("format", column.name().equals("Name") ? "name" : "")
                    .put("description", column.name())
                    .put("priority", column.wideOnly() ? 1 : 0);
        }
    }

    private static void row(ArrayNode rows, ApiResource resource, JsonNode object) {
        ObjectNode row = rows.addObject();
        ArrayNode cells = row.putArray("cells");
        Column.of(resource).forEach(column -> cells.add(column.cell().apply(object)));
        row.putObject("object")
                .put("kind", "PartialObjectMetadata")
                .put("apiVersion", "meta.k8s.io/v1")
                .set("metadata", object.path("metadata"));
    }
}
