package dev.onehop;

/** Why a connection that its client kept open takes no further exchange (reliability 3.4). */
public enum Retirement {
    /** Its backend terminates or is not listed any more, or its Service port is not followed any more. */
    LEFT,
    /** Its backend is ejected: a pool that kept it would go on choosing it. Never in an outage, for others are no better. */
    EJECTED,
    /** It is old: without an end to connections, a pod that joins would never get its share of long-lived ones. */
    AGED,
    /**
     * It is better elsewhere: its backend holds more than its share, or is not one that new connections go to (not ready,
     * another zone's), or it goes to the ClusterIP and need not any more.
     */
    SURPLUS
}
