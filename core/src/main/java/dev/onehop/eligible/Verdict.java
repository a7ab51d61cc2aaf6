package dev.onehop.eligible;

/** What kube-proxy would do with the connection (semantics §1), or that we cannot say. */
public enum Verdict {
    /** Forward it to one of a set of endpoints. */
    BACKENDS,
    /** Refuse it at once: the caller sees "connection refused" (R25). */
    REJECT,
    /** Drop it silently: the caller sees a timeout (R25). */
    DROP,
    /** Not kube-proxy's to decide (R1-R5). */
    NOT_PROXIED,
    /** No view, or none young enough. */
    UNKNOWN
}
