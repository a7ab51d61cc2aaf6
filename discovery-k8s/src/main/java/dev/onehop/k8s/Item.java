package dev.onehop.k8s;

import org.jspecify.annotations.Nullable;

/**
 * One object of the API server, as far as a {@link Reflector} needs to know it.
 *
 * <p>Immutable.
 *
 * @param key {@code namespace/name}
 * @param uid its incarnation; {@code ""} when the server names none
 * @param resourceVersion its version, compared by {@link Versions}
 * @param value what it was mapped to; null when it is beyond use
 */
record Item<T>(
        String key,
        String uid,
        String resourceVersion,
        @Nullable T value) {

    boolean sameVersion(Item<?> other) {
        return uid.equals(other.uid) && resourceVersion.equals(other.resourceVersion);
    }
}
