package dev.onehop.http.okhttp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * TLS with a pod, or with another where it cannot be agreed on: a handshake that breaks down or stalls, a certificate
 * that nobody vouches for or that is for another name.
 *
 * <p>Shared: safe from any thread, as {@link Socket} is.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // closing does not wait: it ends a handshake
final class TlsPodSocket extends ForwardingSslSocket {

    private final PodSocket raw;
    private final HostnameVerifier verifier;
    private final String host;
    private final Layering layering;
    private volatile SSLSocket tls;
    private volatile boolean agreed;

    /** Lays TLS over another socket. */
    @FunctionalInterface
    interface Layering {
        SSLSocket over(Socket dialled) throws IOException;
    }

    TlsPodSocket(PodSocket raw, HostnameVerifier verifier, String host, Layering layering) throws IOException {
        this.raw = raw;
        this.tls = layering.over(raw.dialled());
        this.verifier = verifier;
        this.host = host;
        this.layering = layering;
    }

    /** What it is laid over. */
    PodSocket raw() {
        return raw;
    }

    @Override
    SSLSocket asked() {
        return tls;
    }

    @Override
    public void startHandshake() throws IOException {
        if (agreed) {
            tls.startHandshake();
            return;
        }
        int patience = tls.getSoTimeout();
        while (true) {
            try {
                agree();
                break;
            } catch (IOException failure) {
                SSLParameters asSet = tls.getSSLParameters();
                goOn(failure);
                tls = layering.over(raw.dialled());
                tls.setSSLParameters(asSet);
            }
        }
        tls.setSoTimeout(patience);
        agreed = true;
        raw.stands();
    }

    /** The last one's break or stall is told as it was: after a stall, OkHttp does not try its other TLS versions. */
    private void goOn(IOException failure) throws IOException {
        try {
            raw.goOn(failure);
        } catch (BrokenHandshake last) {
            throw AsItWas.of(last);
        }
    }

    private void agree() throws IOException {
        shakeHands(raw.leftMillis());
        if (!verifier.verify(host, tls.getSession())) {
            throw new SSLPeerUnverifiedException("Hostname " + host + " not verified: the certificate of "
                    + raw.getRemoteSocketAddress() + " is for another");
        }
    }

    private void shakeHands(int millis) throws IOException {
        HandshakeDeadline deadline = HandshakeDeadline.closing(raw.dialled(), millis);
        IOException failure = null;
        try {
            tls.setSoTimeout(millis);
            tls.startHandshake();
        } catch (IOException broken) {
            failure = broken;
        }
        if (!deadline.isMet() || failure instanceof SocketTimeoutException) {
            var stalled =
                    new SocketTimeoutException("TLS handshake with " + raw.getRemoteSocketAddress() + " timed out");
            stalled.initCause(failure);
            throw new BrokenHandshake(stalled);
        }
        if (failure instanceof SSLHandshakeException || failure instanceof SSLPeerUnverifiedException) {
            throw failure;
        }
        if (failure != null) {
            throw new BrokenHandshake(failure);
        }
    }

    /** As {@link PodSocket#setSoTimeout}. */
    @Override
    public void setSoTimeout(int millis) throws SocketException {
        try {
            tls.setSoTimeout(millis);
        } catch (SocketException closed) {
            if (!raw.isClosedByOnehop()) {
                throw closed;
            }
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return SocketStreams.of(this, tls.getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return SocketStreams.of(this, tls.getOutputStream(), () -> {});
    }

    @Override
    public void close() throws IOException {
        try {
            tls.close();
        } finally {
            raw.close();
        }
    }

    @Override
    public boolean isClosed() {
        return raw.isClosed() || tls.isClosed();
    }
}
