package dev.onehop.route;

/** Why an endpoint is not among a route's backends, and the rule that says so. */
public enum ExclusionReason {
    OTHER_SERVICE("R7", "its slice belongs to another Service"),
    HEADLESS_SLICE("R8", "its slice carries the label service.kubernetes.io/headless"),
    FQDN("R9", "its slice holds names, not addresses"),
    OTHER_FAMILY("R9", "it is of the other IP family"),
    NO_MATCHING_PORT("R11", "its slice has no port of this name and protocol"),
    PORT_NOT_DIALLABLE("R12", "its slice gives the port no number that can be dialled"),
    NO_ADDRESS("R14", "it has no address"),
    BAD_ADDRESS("R14", "its address is no IP literal"),
    SPECIAL_ADDRESS("S-01", "its address is one no pod may have"),
    FOREIGN_ADDRESS("S-02", "its address is in none of the networks that are allowed"),
    DUPLICATE("R15", "another endpoint with this address and port takes precedence"),
    NOT_READY("R20", "it is not ready"),
    OTHER_NODE_HINT("R21", "its hints keep it for other nodes"),
    OTHER_ZONE_HINT("R21", "its hints keep it for other zones"),
    TERMINATING("R22", "it is terminating, and ready ones exist"),
    NOT_SERVING("R22", "it is terminating and no longer serving"),
    NOT_LOCAL("R23", "it is not on this node, and internalTrafficPolicy is Local"),
    LOCAL_TERMINATING("R24", "it is terminating, and ready ones exist on this node"),
    HEADLESS_NOT_READY("R2", "it is not ready, and a headless Service has ready ones only");

    private final String rule;
    private final String because;

    ExclusionReason(String rule, String because) {
        this.rule = rule;
        this.because = because;
    }

    /** {@code R2}..{@code R24} of the semantics, or {@code S-01}, {@code S-02} of the address policy. */
    public String rule() {
        return rule;
    }

    /** Whether kube-proxy would dial it, and only our own address policy does not. */
    public boolean isAddressPolicy() {
        return this == SPECIAL_ADDRESS || this == FOREIGN_ADDRESS;
    }

    /** Half a sentence for people, about the endpoint. */
    public String because() {
        return because;
    }
}
