package dev.onehop.k8s;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lists of the API, where null means empty and, in objects nobody validated, elements may be null, too.
 *
 * <p>Pure.
 */
final class Lists {

    private Lists() {}

    /** The elements that are there. */
    static <T> List<T> present(@Nullable List<@Nullable T> list) {
        if (list == null || list.isEmpty()) {
            return List.of();
        }
        return list.stream()
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }
}
