package dev.onehop.k8s;

/**
 * How a {@link Reflector} stands with the API server.
 *
 * <p>Immutable.
 *
 * @param why for people; empty while all is well
 */
record Condition(Kind kind, String why) {

    enum Kind {
        /** No list has been answered or refused yet. */
        SYNCING,
        /** Changes reach us as they happen. */
        LIVE,
        /** The last attempt failed; the next is on its way. */
        DISCONNECTED,
        /** We are not allowed to list or watch this. */
        FORBIDDEN,
        /** The server does not know this resource. */
        UNSUPPORTED
    }

    static final Condition SYNCING = new Condition(Kind.SYNCING, "no answer from the API server yet");
    static final Condition LIVE = new Condition(Kind.LIVE, "");

    static Condition of(Trouble trouble) {
        return switch (trouble.kind()) {
            case FORBIDDEN -> new Condition(Kind.FORBIDDEN, trouble.why());
            case UNSUPPORTED -> new Condition(Kind.UNSUPPORTED, trouble.why());
            default -> new Condition(Kind.DISCONNECTED, trouble.why());
        };
    }

    boolean isLive() {
        return kind == Kind.LIVE;
    }

    /** Whether another resource should be asked instead. */
    boolean isRefused() {
        return kind == Kind.FORBIDDEN || kind == Kind.UNSUPPORTED;
    }
}
