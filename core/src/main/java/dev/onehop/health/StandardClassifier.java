package dev.onehop.health;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The table of reliability 2.3.
 *
 * <p>Pure functions.
 */
enum StandardClassifier implements Classifier {
    INSTANCE;

    private static final int MAX_CAUSES = 16;

    /** TLS alerts by which a peer refuses our certificate, or asks for one. */
    private static final List<String> PEER_REFUSES_US = List.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied",
            "certificate_required");

    /**
     * Classifies by the most telling exception along the chain of causes: a certificate nobody trusts is found at the
     * bottom of a failed handshake.
     */
    @Override
    public Signal ofFailure(Throwable failure) {
        Signal found = Signal.OTHER;
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            Signal own = own(cause);
            if (own == Signal.TLS_IDENTITY || own == Signal.TLS_CLIENT_REFUSED || own == Signal.LOCAL_EXHAUSTION) {
                return own;
            }
            // The innermost says most: clients wrap timeouts and unreachable networks in plain ConnectExceptions. But a
            // connect that failed was no connection that broke, even where a closed channel is named as the cause.
            boolean says = own != Signal.OTHER && !(found.isHard() && !own.isHard());
            found = says ? own : found;
        }
        return found;
    }

    private static Signal own(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (isIdentity(cause)) {
            return Signal.TLS_IDENTITY;
        }
        if (cause instanceof SSLException && isPeersRefusal(text)) {
            return Signal.TLS_CLIENT_REFUSED;
        }
        if (cause instanceof SSLHandshakeException) {
            return Signal.TLS_HANDSHAKE;
        }
        boolean none = text.startsWith("too many open files") || text.startsWith("cannot assign requested");
        if (cause instanceof BindException || (none && cause instanceof IOException)) {
            return Signal.LOCAL_EXHAUSTION;
        }
        if (cause instanceof NoRouteToHostException
                || cause instanceof PortUnreachableException
                || cause instanceof UnresolvedAddressException
                || (cause instanceof SocketException && text.startsWith("network is unreachable"))) {
            return Signal.UNREACHABLE;
        }
        if (isConnectTimeout(cause, text)) {
            return Signal.CONNECT_TIMEOUT;
        }
        if (cause instanceof ConnectException) {
            return Signal.CONNECT_REFUSED;
        }
        return afterConnect(cause, text);
    }

    private static boolean isConnectTimeout(Throwable cause, String text) {
        String type = cause.getClass().getSimpleName();
        return type.equals("HttpConnectTimeoutException")
                || type.equals("ConnectTimeoutException")
                || (cause instanceof ConnectException && text.contains("timed out"))
                || (cause instanceof SocketTimeoutException && text.startsWith("connect timed out"));
    }

    /** Our side does not accept the server's certificate. */
    private static boolean isIdentity(Throwable cause) {
        return cause instanceof CertificateException
                || cause instanceof CertPathBuilderException
                || cause instanceof CertPathValidatorException
                || cause instanceof SSLPeerUnverifiedException;
    }

    /**
     * The server's alert that it does not accept ours: {@code Received fatal alert: bad_certificate} of the JDK,
     * {@code sslv3 alert bad certificate} of OpenSSL. The alert that we send ourselves is named in {@code (certificate_unknown)
     * PKIX path building failed}, whose cause tells more.
     */
    private static boolean isPeersRefusal(String text) {
        String words = text.replace(' ', '_');
        return words.contains("alert") && PEER_REFUSES_US.stream().anyMatch(words::contains);
    }

    /** The connection stood; clients word the rest in their own ways. */
    private static Signal afterConnect(Throwable cause, String text) {
        if (cause instanceof CancellationException || cause instanceof InterruptedException) {
            return Signal.GIVEN_UP;
        }
        String type = cause.getClass().getSimpleName();
        if (type.equals("HttpTimeoutException")
                || type.equals("ReadTimeoutException")
                || (cause instanceof SocketTimeoutException && text.startsWith("read timed out"))) {
            return Signal.RESPONSE_TIMEOUT;
        }
        if (cause instanceof IOException && text.replace(' ', '_').contains("enhance_your_calm")) {
            return Signal.BUSY;
        }
        boolean broken = cause instanceof EOFException
                || type.equals("ClosedChannelException")
                || type.equals("PrematureCloseException")
                || isNonsense(cause, text)
                || (cause instanceof IOException
                        && (text.contains("connection reset")
                                || text.contains("broken pipe")
                                || text.contains("header parser received no bytes")
                                || text.contains("eof reached while reading")));
        return broken ? Signal.RESET : Signal.OTHER;
    }

    /** What came is no HTTP; but that somebody redirects for ever is no reason to think so. */
    private static boolean isNonsense(Throwable cause, String text) {
        return cause instanceof ProtocolException && !text.contains("redirect");
    }

    @Override
    public Optional<Signal> ofHttpStatus(int status, boolean retryAfter) {
        return Optional.ofNullable(
                switch (status) {
                    case 429 -> Signal.BUSY;
                    case 503 -> retryAfter ? Signal.BUSY : Signal.UNAVAILABLE;
                    case 502, 504 -> Signal.UNAVAILABLE;
                    case 500 -> Signal.SERVER_ERROR;
                    default -> null;
                });
    }

    @Override
    public Optional<Signal> ofGrpcStatus(int code) {
        return Optional.ofNullable(
                switch (code) {
                    case 14 -> Signal.UNAVAILABLE;
                    case 2, 13, 15 -> Signal.SERVER_ERROR;
                    case 4 -> Signal.RESPONSE_TIMEOUT;
                    case 8 -> Signal.BUSY;
                    case 1 -> Signal.GIVEN_UP;
                    default -> null;
                });
    }
}
