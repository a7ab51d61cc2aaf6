package dev.onehop.http.jdk;

import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * TLS broke after its handshake had finished, so that a request may have been sent. It is no handshake's exception and
 * has none for its cause, for those say that nothing was sent.
 *
 * <p>Immutable.
 */
final class AfterHandshakeException extends SSLException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_CAUSES = 16;

    private final boolean clientRefused;

    AfterHandshakeException(String message) {
        super(message);
        this.clientRefused = false;
    }

    /**
     * In place of {@code e}.
     *
     * @param clientRefused whether it is the peer's verdict on our side of the handshake
     */
    AfterHandshakeException(SSLHandshakeException e, boolean clientRefused) {
        super(e.getMessage(), e.getCause());
        setStackTrace(e.getStackTrace());
        this.clientRefused = clientRefused;
    }

    /** The one that {@code failure} is or was caused by; clients wrap it. */
    static Optional<AfterHandshakeException> in(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (cause instanceof AfterHandshakeException found) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** Whether the peer did not accept our certificate, or missed one. */
    boolean isClientRefused() {
        return clientRefused;
    }
}
