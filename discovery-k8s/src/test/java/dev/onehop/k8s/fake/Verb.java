package dev.onehop.k8s.fake;

import java.util.Locale;

/**
 * What a request asks for, in the words of Kubernetes RBAC.
 *
 * <p>Immutable.
 */
public enum Verb {
    GET,
    LIST,
    WATCH,
    CREATE,
    UPDATE,
    PATCH,
    DELETE,
    DELETECOLLECTION,
    /** A request for a document, such as {@code /version}, rather than a resource. */
    DOCUMENT;

    /** The RBAC spelling, such as {@code list}. */
    String rbac() {
        return name().toLowerCase(Locale.ROOT);
    }
}
