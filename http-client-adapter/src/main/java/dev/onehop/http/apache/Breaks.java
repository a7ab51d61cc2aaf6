package dev.onehop.http.apache;

import dev.onehop.health.Signal;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import javax.net.ssl.SSLException;
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
     * Whether a connection was found closed by its pod, rather than used by it for what is no answer: the first of the
     * causes that says either.
     */
    static boolean isClosed(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (isEnd(cause) || isNonsense(cause)) {
                return isEnd(cause);
            }
        }
        return false;
    }

    /**
     * A dial that failed, in the words of a refused connect: no byte of a request was sent, core may try another pod, and
     * Apache, whose own retry knows these words only, is not to begin anew. What it was stays, as the cause.
     *
     * @param aborted whether the caller has closed the connection meanwhile, which is nobody's failure
     */
    static SocketException ofDial(SocketException failure, boolean aborted) {
        if (aborted || failure instanceof ConnectException) {
            return failure;
        }
        var failed = new ConnectException(failure.getMessage());
        failed.initCause(failure);
        return failed;
    }

    /**
     * The connection stood, so that nothing that breaks an exchange is evidence against connects: a server that refuses
     * our certificate says so after the handshake (TLS 1.3), and a route that is lost is a connection that broke.
     *
     * @param signal what core reads from the failure
     */
    static Signal ofExchange(Signal signal, Throwable failure) {
        if (!signal.isHard()) {
            return signal;
        }
        return isClientRefused(failure) ? Signal.TLS_CLIENT_REFUSED : Signal.RESET;
    }

    private static boolean isClientRefused(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            String words =
                    String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).replace(' ', '_');
            if (cause instanceof SSLException
                    && words.contains("alert")
                    && (words.contains("access_denied") || words.contains("handshake_failure"))) {
                return true;
            }
        }
        return false;
    }

    private static Signal ofReset(int code) {
        if (code == H2Error.REFUSED_STREAM.getCode()) {
            return Signal.CONNECTION_ENDS;
        }
        return code == H2Error.ENHANCE_YOUR_CALM.getCode() ? Signal.BUSY : Signal.RESET;
    }

    /** The connection broke before the answer was complete, or what came was no answer. */
    private static boolean isBreak(Throwable cause) {
        return isEnd(cause) || isNonsense(cause);
    }

    private static boolean isEnd(Throwable cause) {
        return cause instanceof NoHttpResponseException
                || cause instanceof ConnectionClosedException
                || cause instanceof EOFException
                || (cause instanceof IOException && isOfPeer(cause.getMessage()));
    }

    private static boolean isNonsense(Throwable cause) {
        return cause instanceof MalformedChunkCodingException
                || cause instanceof ProtocolException
                || cause instanceof H2ConnectionException;
    }

    /** A socket that is closed on our side breaks too, and that is nobody's fault. */
    private static boolean isOfPeer(@Nullable String message) {
        String text = String.valueOf(message).toLowerCase(Locale.ROOT);
        return text.contains("connection reset") || text.contains("broken pipe") || text.contains("connection aborted");
    }
}
