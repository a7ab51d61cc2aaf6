package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * What a watch was asked to send: which objects, in which form, for how long.
 *
 * <p>Immutable.
 */
record WatchSpec(
        ApiResource resource,
        Selection selection,
        boolean bookmarks,
        Duration bookmarkEvery,
        Duration timeout,
        boolean asTable) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

    static WatchSpec of(ApiCall call, boolean asTable, Duration bookmarkEvery) {
        if (!call.param("sendInitialEvents").isEmpty()) {
            throw ApiError.invalid("ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: "
                    + "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
        }
        long seconds = call.number("timeoutSeconds");
        Duration timeout = seconds == 0 ? DEFAULT_TIMEOUT : Duration.ofSeconds(seconds);
        boolean bookmarks = call.flag("allowWatchBookmarks");
        return new WatchSpec(call.resource(), Selection.of(call), bookmarks, bookmarkEvery, timeout, asTable);
    }

    /** A bookmark as Go writes it: an object of the watched kind, empty but for its version. */
    ObjectNode bookmark(long version) {
        ObjectNode object = Json.object().put("kind", resource.kind).put("apiVersion", resource.apiVersion());
        object.putObject("metadata")
                .put("resourceVersion", Long.toString(version))
                .putNull("creationTimestamp");
        switch (resource) {
            case ENDPOINT_SLICES ->
                object.put("addressType", "").putNull("endpoints").putNull("ports");
            case SERVICES -> {
                object.putObject("spec");
                object.putObject("status").putObject("loadBalancer");
            }
            case ENDPOINTS -> {}
            default -> {
                object.putObject("spec");
                object.putObject("status");
            }
        }
        return object;
    }

    /** The object in the form asked for; a table describes its columns in the first event only. */
    ObjectNode shown(ObjectNode object, boolean first) {
        return asTable ? Table.of(resource, object, first) : object;
    }
}
