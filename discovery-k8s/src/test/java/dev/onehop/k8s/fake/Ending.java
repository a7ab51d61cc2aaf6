package dev.onehop.k8s.fake;

/**
 * How a stream of bytes stops.
 *
 * <p>Immutable.
 */
public enum Ending {
    /** As the protocol says: the final chunk is sent, and the connection may be used again. */
    CLEAN,
    /** The connection is closed (FIN) with the body unfinished. */
    CLOSE,
    /** The connection is reset (RST). */
    RESET,
    /** Nothing more is written and the connection stays open until the client gives up. */
    HANG
}
