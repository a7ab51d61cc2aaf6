package dev.onehop.http.apache;

import dev.onehop.health.Signal;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http2.H2ConnectionException;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
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
            if (cause instanceof H2StreamResetException reset) {
                return ofReset(reset.getCode());
            }
            if (cause instanceof SocketTimeoutException) {
                return Signal.RESPONSE_TIMEOUT;
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

    private static Signal ofReset(int code) {
        if (code == H2Error.REFUSED_STREAM.getCode()) {
            return Signal.CONNECTION_ENDS;
        }
        return code == H2Error.ENHANCE_YOUR_CALM.getCode() ? Signal.BUSY : Signal.RESET;
    }

    /** The connection broke before the answer was complete, or what came was no answer. */
    private static boolean isBreak(Throwable cause) {
        return cause instanceof NoHttpResponseException
                || cause instanceof ConnectionClosedException
                || cause instanceof MalformedChunkCodingException
                || cause instanceof ProtocolException
                || cause instanceof EOFException
                || cause instanceof H2ConnectionException
                || (cause instanceof IOException && isOfPeer(cause.getMessage()));
    }

    /** A socket that is closed on our side breaks too, and that is nobody's fault. */
    private static boolean isOfPeer(@Nullable String message) {
        String text = String.valueOf(message).toLowerCase(Locale.ROOT);
        return text.contains("connection reset") || text.contains("broken pipe") || text.contains("connection aborted");
    }
}
