package dev.onehop.health;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

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
    /**
     * One side does not accept the other's certificate. Says nothing of whether the pod is up, and often that our own
     * trust or client certificate is wrong, so it is no reason to go round all pods.
     */
    TLS_IDENTITY(false),
    /** Our own ports, files or threads ran out: says nothing about the backend. */
    LOCAL_EXHAUSTION(false),
    /** Anything else; the request may have been on its way. */
    OTHER(false);

    private static final int MAX_CAUSES = 16;

    /** TLS alerts by which a peer refuses our certificate. */
    private static final List<String> PEER_REFUSES_US =
            List.of("bad_certificate", "certificate_required", "unknown_ca", "certificate_unknown");

    private final boolean hard;

    Signal(boolean hard) {
        this.hard = hard;
    }

    /** Whether the connection was never made, so that another backend may be tried whatever the request is. */
    public boolean isHard() {
        return hard;
    }

    /**
     * Classifies by the most telling exception along the chain of causes: a certificate nobody trusts is found at the
     * bottom of a failed handshake.
     */
    public static Signal of(Throwable failure) {
        Signal found = OTHER;
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            Signal own = own(cause);
            if (own == TLS_IDENTITY || own == LOCAL_EXHAUSTION) {
                return own;
            }
            // The innermost says most: clients wrap timeouts and unreachable networks in plain ConnectExceptions.
            found = own == OTHER ? found : own;
        }
        return found;
    }

    private static Signal own(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (isIdentity(cause, text)) {
            return TLS_IDENTITY;
        }
        if (cause instanceof SSLHandshakeException) {
            return TLS_HANDSHAKE;
        }
        boolean none = text.startsWith("too many open files") || text.startsWith("cannot assign requested");
        if (cause instanceof BindException || (none && cause instanceof IOException)) {
            return LOCAL_EXHAUSTION;
        }
        if (cause instanceof NoRouteToHostException
                || cause instanceof PortUnreachableException
                || cause instanceof UnresolvedAddressException
                || (cause instanceof SocketException && text.startsWith("network is unreachable"))) {
            return UNREACHABLE;
        }
        if (isConnectTimeout(cause, text)) {
            return CONNECT_TIMEOUT;
        }
        return cause instanceof ConnectException ? CONNECT_REFUSED : OTHER;
    }

    private static boolean isConnectTimeout(Throwable cause, String text) {
        String type = cause.getClass().getSimpleName();
        return type.equals("HttpConnectTimeoutException")
                || type.equals("ConnectTimeoutException")
                || (cause instanceof ConnectException && text.contains("timed out"))
                || (cause instanceof SocketTimeoutException && text.startsWith("connect timed out"));
    }

    private static boolean isIdentity(Throwable cause, String text) {
        return cause instanceof CertificateException
                || cause instanceof CertPathBuilderException
                || cause instanceof CertPathValidatorException
                || cause instanceof SSLPeerUnverifiedException
                || (cause instanceof SSLException && PEER_REFUSES_US.stream().anyMatch(text::contains));
    }
}
