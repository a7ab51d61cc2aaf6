package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which objects a list or watch is about, and what a change looks like to someone who sees only those.
 *
 * <p>Immutable.
 */
record Selection(Predicate<JsonNode> matches) {

    /** A change as one watcher sees it. */
    record Seen(String type, ObjectNode object) {}

    static Selection of(ApiCall call) {
        Predicate<JsonNode> selected =
                LabelSelector.parse(call.param("labelSelector")).and(FieldSelector.parse(call.param("fieldSelector")));
        String namespace = call.namespace();
        String name = call.name();
        return new Selection(object -> {
            ObjectKey key = ObjectKey.of(object);
            boolean inScope = (namespace == null || namespace.equals(key.namespace()))
                    && (name == null || name.equals(key.name()));
            return inScope && selected.test(object);
        });
    }

    /** Whether anything but the namespace narrows this call; such lists have no count of what remains. */
    static boolean narrows(ApiCall call) {
        return !call.param("labelSelector").isBlank()
                || !call.param("fieldSelector").isBlank();
    }

    /** The event to send, or null when the change is invisible through this selection. */
    @Nullable Seen seen(StoredEvent event) {
        ObjectNode previous = event.previous();
        boolean before = previous != null && matches.test(previous);
        boolean after = !event.deleted() && matches.test(event.object());
        if (after) {
            return new Seen(before ? "MODIFIED" : "ADDED", event.object());
        }
        if (!before || previous == null) {
            return null;
        }
        return new Seen("DELETED", event.deleted() ? event.object() : StoredEvent.at(event.version(), previous));
    }
}
