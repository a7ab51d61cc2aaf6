package dev.onehop.eligible;

/** Why a connection goes to the ClusterIP, as if Onehop were not there. */
public enum FallbackReason {
    /** No complete view of the Service yet: boot, no permission, API server away. */
    VIEW_UNKNOWN,
    /** The view is older than {@code maxStaleness}. */
    VIEW_TOO_OLD,
    /** kube-proxy does not proxy this destination either, or leaves it to others (R1-R5). */
    NOT_PROXIED,
    /** The Service's only endpoints have addresses that our own policy refuses to dial. */
    ADDRESS_REFUSED,
    /** kube-proxy drops this connection, and {@code strictDrop} leaves that to the node's kernel (R25). */
    STRICT_DROP,
    /** A mesh sidecar routes by ClusterIP; dialling pods would go around it. */
    MESH_SIDECAR,
    /** Onehop is switched off here, or closed. */
    SWITCHED_OFF,
    /** The client's protocol cannot be translated yet. */
    PROTOCOL_UNSUPPORTED
}
