package dev.onehop.k8s;

/**
 * One resource that a {@link ServiceFeed} follows, whether through a {@link Reflector} of its own or a shared one.
 *
 * <p>Serial: touched only on the discovery's loop, except the accessors.
 */
interface Input {

    /** When the server last told anything about it. From any thread. */
    long lastContactNanos();

    /** From any thread. */
    ReflectorStatus status();

    /** Begins anew with a list. */
    void resync();

    /** Stops following; nothing is heard any more. Idempotent. */
    void close();
}
