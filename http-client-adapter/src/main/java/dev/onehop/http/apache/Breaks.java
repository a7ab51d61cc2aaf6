package dev.onehop.http.apache;

import dev.onehop.health.Signal;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Locale;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.jspecify.annotations.Nullable;

/**
 * What Apache's own exceptions say of an exchange, of which core knows nothing.
 *
 * <p>Pure functions.
 */
final class Breaks {

    private static final int MAX_CAUSES = 16;

    private Breaks() {}

    /** Null for an exception that core's classifier is to judge. */
    static @Nullable Signal signal(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (cause instanceof RequestNotExecutedException) {
                return Signal.CONNECTION_ENDS;
            }
            if (isBreak(cause)) {
                return Signal.RESET;
            }
        }
        return null;
    }

    /**
     * A connect that a pod resets in the very moment of accepting it is refused, in other words: no byte of a request was
     * sent, another pod may be tried, and Apache is not to begin anew.
     *
     * @param aborted whether the caller has closed the connection meanwhile, which is nobody's failure
     */
    static SocketException ofDial(SocketException failure, boolean aborted) {
        if (aborted || failure instanceof ConnectException || !isOfPeer(failure.getMessage())) {
            return failure;
        }
        var refused = new ConnectException(failure.getMessage());
        refused.initCause(failure);
        return refused;
    }

    /** The connection broke before the answer was complete, or what came was no answer. */
    private static boolean isBreak(Throwable cause) {
        return cause instanceof NoHttpResponseException
                || cause instanceof ConnectionClosedException
                || cause instanceof MalformedChunkCodingException
                || cause instanceof ProtocolException
                || cause instanceof EOFException
                || (cause instanceof SocketException && isOfPeer(cause.getMessage()));
    }

    /** A socket that is closed on our side breaks too, and that is nobody's fault. */
    private static boolean isOfPeer(@Nullable String message) {
        String text = String.valueOf(message).toLowerCase(Locale.ROOT);
        return text.contains("reset") || text.contains("broken pipe") || text.contains("aborted");
    }
}
