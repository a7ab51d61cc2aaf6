package dev.onehop.route;

/** How the backends of a route were chosen among the Service's endpoints, and the rule that did it. */
public enum Scope {
    ALL_READY("R20", "all ready ones"),
    SAME_NODE("R21", "the ready ones hinted to this node"),
    SAME_ZONE("R21", "the ready ones hinted to this zone"),
    TERMINATING("R22", "terminating ones that still serve, as none is ready"),
    LOCAL("R23", "the ready ones on this node"),
    LOCAL_TERMINATING("R24", "terminating ones on this node that still serve, as none here is ready"),
    /** By {@link HeadlessRoute} alone. */
    HEADLESS("R2", "the ready ones of a headless Service"),
    /** By {@link LastResortRoute} alone: kube-proxy would refuse. */
    LAST_RESORT("reliability 2.8", "the last resort, as none is ready");

    private final String rule;
    private final String phrase;

    Scope(String rule, String phrase) {
        this.rule = rule;
        this.phrase = phrase;
    }

    public String rule() {
        return rule;
    }

    /** A few words for people. */
    public String phrase() {
        return phrase;
    }
}
