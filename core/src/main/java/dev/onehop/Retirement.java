package dev.onehop;

/** Why a connection that its client kept open takes no further exchange (reliability 3.4). */
public enum Retirement {
    /** Its backend is not one that connections go to any more: terminating, not ready, gone. */
    LEFT,
    /** Its backend is ejected: a pool that kept it would go on choosing it. */
    EJECTED,
    /** It is old: without an end to connections, a pod that joins would never get its share of long-lived ones. */
    AGED,
    /** Its backend holds more than its share, or it goes to the ClusterIP and need not any more. */
    SURPLUS
}
