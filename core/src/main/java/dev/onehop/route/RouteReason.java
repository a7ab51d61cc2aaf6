package dev.onehop.route;

/** Why a route has no backends, and the rule that says so. */
public enum RouteReason {
    /** Left to the platform, so that nothing depends on us: the API server's own Service, and the cluster's DNS. */
    LEFT_TO_PLATFORM("design 11", "it is never taken over"),
    SERVICE_ABSENT("§0", "there is no such Service"),
    /** Nothing may be concluded from slices alone: there is none, or none has the port. */
    SERVICE_UNREADABLE("§0", "the Service cannot be read"),
    SERVICE_PROXY_NAME("R1", "it carries the label service.kubernetes.io/service-proxy-name"),
    HEADLESS("R2", "it is headless"),
    /** A headless Service that the client would balance, and DNS answers in its own way. */
    HEADLESS_NOBODY("R2", "it is headless and has no ready endpoint on this port"),
    NO_CLUSTER_IP("R2", "it has no ClusterIP"),
    EXTERNAL_NAME("R3", "its type is ExternalName"),
    NO_VIP_OF_FAMILY("R4", "it has no ClusterIP of this IP family"),
    UNDEFINED_PORT("R5", "it has no such port"),
    /** The Service cannot be read, and its slices have no port or several that a port number could mean. */
    AMBIGUOUS_PORT("R5", "the Service cannot be read, and its slices do not tell which port this is"),
    NODE_UNKNOWN("R16", "its internalTrafficPolicy is Local, and our own node is unknown"),

    NO_ENDPOINTS("R25", "has no endpoints"),
    PORT_MISMATCH("R11", "has endpoints, but none on this port"),
    NONE_USABLE("R25", "has no usable endpoints"),

    NO_LOCAL_ENDPOINT("R25", "has no endpoint on this node, and internalTrafficPolicy is Local");

    private final String rule;
    private final String because;

    RouteReason(String rule, String because) {
        this.rule = rule;
        this.because = because;
    }

    /** The rule of the semantics; {@code §0} is its algorithm's own first lines, {@code design 11} our decision. */
    public String rule() {
        return rule;
    }

    /** Half a sentence for people, about the Service. */
    public String because() {
        return because;
    }
}
