package dev.onehop.health;

/** What the ending of an attempt tells about its backend (reliability 2.3). */
public enum Signal {
    /** Nobody listens on the port. */
    CONNECT_REFUSED(Evidence.HARD),
    /** No answer to our connect in time. */
    CONNECT_TIMEOUT(Evidence.HARD),
    /** The network knows no way there. */
    UNREACHABLE(Evidence.HARD),
    /** The TLS handshake broke down. */
    TLS_HANDSHAKE(Evidence.HARD),
    /** Its certificate is not one we accept: no trust, another name, expired. Nothing of a request was sent. */
    TLS_IDENTITY(Evidence.IDENTITY),
    /** It does not accept our certificate, or misses one: that is our own trouble, and the same with every pod. */
    TLS_CLIENT_REFUSED(Evidence.NONE),
    /** Our own ports, files or threads ran out: says nothing about the backend. */
    LOCAL_EXHAUSTION(Evidence.NONE),
    /** The connection broke before the answer was complete, or what came was no answer. */
    RESET(Evidence.SOFT),
    /** A connection used before was found closed when it was to be used again: the ordinary race of idle connections. */
    STALE_CONNECTION(Evidence.NONE),
    /** The server closes the connection in good order, or has not begun the request: GOAWAY, REFUSED_STREAM. */
    CONNECTION_ENDS(Evidence.NONE),
    /** The server says it cannot: HTTP 502, 503, 504, gRPC UNAVAILABLE. */
    UNAVAILABLE(Evidence.SOFT),
    /** The server failed at this request: HTTP 500, gRPC UNKNOWN, INTERNAL, DATA_LOSS. */
    SERVER_ERROR(Evidence.RATE),
    /** No answer within a caller's patience that was long enough to be fair. */
    RESPONSE_TIMEOUT(Evidence.SOFT),
    /**
     * The server asks for less: HTTP 429, 503 with Retry-After, gRPC RESOURCE_EXHAUSTED, HTTP/2
     * ENHANCE_YOUR_CALM. It is up, and gets less for a while.
     */
    BUSY(Evidence.NONE),
    /** The caller cancelled, or its patience was too short to say anything. */
    GIVEN_UP(Evidence.NONE),
    /** Anything else; the request may have been on its way. */
    OTHER(Evidence.NONE);

    private final Evidence evidence;

    Signal(Evidence evidence) {
        this.evidence = evidence;
    }

    /** How much it says against the backend. */
    public Evidence evidence() {
        return evidence;
    }

    /** Whether nothing of a request was sent, so that another backend may be tried whatever the request is. */
    public boolean mayTryAnother() {
        return isHard() || evidence == Evidence.IDENTITY;
    }

    /** Whether the connection was never made. */
    public boolean isHard() {
        return evidence == Evidence.HARD;
    }
}
