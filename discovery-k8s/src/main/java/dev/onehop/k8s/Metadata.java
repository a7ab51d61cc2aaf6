package dev.onehop.k8s;

import dev.onehop.service.ServiceKey;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code metadata} says, when it says anything.
 *
 * <p>Pure.
 */
final class Metadata {

    private Metadata() {}

    /** Null unless both namespace and name are there. */
    static @Nullable ServiceKey key(@Nullable ObjectMeta metadata) {
        return metadata == null || isEmpty(metadata.getName()) || isEmpty(metadata.getNamespace())
                ? null
                : new ServiceKey(metadata.getNamespace(), metadata.getName());
    }

    static Map<String, String> labels(ObjectMeta metadata) {
        return Objects.requireNonNullElse(metadata.getLabels(), Map.of());
    }

    static Map<String, String> annotations(ObjectMeta metadata) {
        return Objects.requireNonNullElse(metadata.getAnnotations(), Map.of());
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
