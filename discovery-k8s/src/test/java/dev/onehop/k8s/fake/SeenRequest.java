package dev.onehop.k8s.fake;

import org.jspecify.annotations.Nullable;

/**
 * One request the server has answered, or decided not to answer.
 *
 * <p>Immutable.
 *
 * @param nanos when it was answered, by {@link System#nanoTime()}
 * @param method the HTTP method
 * @param verb what it asked for
 * @param resource the plural name, or the path for {@link Verb#DOCUMENT}
 * @param namespace null for all namespaces and cluster-scoped resources
 * @param name null for collections
 * @param rawQuery the query as sent, empty when there was none
 * @param resourceVersion the resourceVersion asked for, empty when none was
 * @param status the HTTP status, 0 when the connection was dropped instead
 * @param authorized whether an Authorization header was sent
 */
public record SeenRequest(
        long nanos,
        String method,
        Verb verb,
        String resource,
        @Nullable String namespace,
        @Nullable String name,
        String rawQuery,
        String resourceVersion,
        int status,
        boolean authorized) {

    static SeenRequest of(HttpRequest request, @Nullable ApiCall call, int status) {
        return new SeenRequest(
                System.nanoTime(),
                request.method(),
                call == null ? Verb.DOCUMENT : call.verb(),
                call == null ? request.path() : call.resource().plural,
                call == null ? null : call.namespace(),
                call == null ? null : call.name(),
                request.rawQuery(),
                call == null ? "" : call.param("resourceVersion"),
                status,
                !request.header("authorization").isEmpty());
    }
}
