package dev.onehop.k8s;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** Carries a {@link Trouble} found inside a stream to where the stream ends. */
final class TroubleException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Trouble trouble;

    TroubleException(Trouble trouble) {
        super(trouble.why());
        this.trouble = trouble;
    }

    static TroubleException garbled(String why) {
        return new TroubleException(Trouble.of(Trouble.Kind.GARBLED, why));
    }

    /** The trouble somebody put into {@code cause}, or what breaking a connection this way means. */
    static Trouble in(Throwable cause) {
        Throwable inner =
                cause instanceof CompletionException ? Objects.requireNonNullElse(cause.getCause(), cause) : cause;
        return inner instanceof TroubleException told ? told.trouble : Trouble.unreachable(cause);
    }
}
