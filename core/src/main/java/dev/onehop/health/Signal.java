package dev.onehop.health;

import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * What a failed attempt tells about its backend. Hard signals mean that nobody answers there: they are local, cheap and
 * certain, and no byte of a request has left us (reliability 2.3).
 */
public enum Signal {
    /** Nobody listens on the port. */
    CONNECT_REFUSED(true),
    /** No answer to our connect in time. */
    CONNECT_TIMEOUT(true),
    /** The network knows no way there. */
    UNREACHABLE(true),
    /** The TLS handshake broke down. */
    TLS_HANDSHAKE(true),
    /** Our own ports, files or threads ran out: says nothing about the backend. */
    LOCAL_EXHAUSTION(false),
    /** Anything else; the request may have been on its way. */
    OTHER(false);

    private static final int MAX_CAUSES = 16;

    private final boolean hard;

    Signal(boolean hard) {
        this.hard = hard;
    }

    /** Whether the connection was never made, so that another backend may be tried whatever the request is. */
    public boolean isHard() {
        return hard;
    }

    /** Classifies by the first telling exception along the chain of causes. */
    public static Signal of(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            Signal signal = own(cause);
            if (signal != null) {
                return signal;
            }
        }
        return OTHER;
    }

    private static @Nullable Signal own(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        String type = cause.getClass().getSimpleName();
        if (text.contains("too many open files") || cause instanceof BindException || text.contains("cannot assign")) {
            return LOCAL_EXHAUSTION;
        }
        if (cause instanceof ConnectException) {
            // A wrapped cause says more than its wrapper; Netty's and the JDK client's timeouts are ConnectExceptions.
            Signal wrapped = cause.getCause() == null ? null : own(cause.getCause());
            if (wrapped != null) {
                return wrapped;
            }
            if (text.contains("timed out") || type.contains("Timeout")) {
                return CONNECT_TIMEOUT;
            }
            return text.contains("unreachable") ? UNREACHABLE : CONNECT_REFUSED;
        }
        if (type.equals("HttpConnectTimeoutException") || type.equals("ConnectTimeoutException")) {
            return CONNECT_TIMEOUT;
        }
        if (cause instanceof SocketTimeoutException && text.contains("connect")) {
            return CONNECT_TIMEOUT;
        }
        if (cause instanceof NoRouteToHostException || cause instanceof PortUnreachableException) {
            return UNREACHABLE;
        }
        if (text.contains("network is unreachable") || cause instanceof UnresolvedAddressException) {
            return UNREACHABLE;
        }
        if (cause instanceof SSLHandshakeException) {
            return TLS_HANDSHAKE;
        }
        return null;
    }
}
