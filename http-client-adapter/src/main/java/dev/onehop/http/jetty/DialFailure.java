package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * How the failure of a dial is told: in words by which core knows that nothing of a request was sent, and whose doing it was.
 *
 * <p>Pure functions.
 */
final class DialFailure {

    /** How far a dial had come. */
    enum Stage {
        CONNECTING,
        /** HTTP/2's preface is under way, or nothing any more. */
        CONNECTED,
        /** Of TLS. */
        HANDSHAKING
    }

    private DialFailure() {}

    static Throwable told(Throwable cause, Stage stage, Attempt attempt) {
        if (cause instanceof RuntimeException || cause instanceof Error) {
            return cause; // how the client was set up
        }
        if (cause instanceof ConnectException
                || cause instanceof SSLHandshakeException
                || String.valueOf(cause.getMessage()).startsWith("connect timed out")) {
            return cause;
        }
        if (stage == Stage.HANDSHAKING) {
            return because(new SSLHandshakeException("TLS handshake: " + cause.getMessage()), cause);
        }
        if (cause instanceof SocketTimeoutException) { // Jetty's own
            return because(new SocketTimeoutException("connect timed out: " + attempt), cause);
        }
        boolean reset = String.valueOf(cause.getMessage()).startsWith("Connection reset");
        return stage == Stage.CONNECTING && !reset
                ? cause
                : because(new ConnectException("closed before a request was sent: " + attempt), cause);
    }

    /** What is closed then is not the pod's doing, and there is nobody to dial for. */
    static CancellationException stopped(Throwable cause) {
        return because(new CancellationException("the client is stopped"), cause);
    }

    static IOException late(Stage stage, Attempt attempt, Duration timeout) {
        String what = "within " + timeout.toMillis() + " ms: " + attempt;
        return stage == Stage.HANDSHAKING
                ? new SSLHandshakeException("no TLS handshake " + what)
                : new SocketTimeoutException("connect timed out " + what);
    }

    /** @param byVerifier whether our own side has closed it, for the name in the pod's certificate */
    static IOException closed(boolean byVerifier) {
        return byVerifier
                ? new SSLPeerUnverifiedException("the HostnameVerifier refused")
                : new ClosedChannelException();
    }

    private static <T extends Throwable> T because(T told, Throwable cause) {
        told.initCause(cause);
        return told;
    }
}
