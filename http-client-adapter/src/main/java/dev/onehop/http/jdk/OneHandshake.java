package dev.onehop.http.jdk;

import java.nio.ByteBuffer;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * A client's engine that shakes hands once, and by whose exceptions one can tell whether it has. In JSSE the type of an
 * exception depends on the alert and not on the phase: many alerts are {@link SSLHandshakeException}s long after the
 * handshake, when a request has been sent. Here they are so only before it has finished. Later ones are
 * {@link AfterHandshakeException}s, and a peer that asks for another handshake, as TLS 1.2 allows, is refused
 * (reliability S-28).
 *
 * <p>Shared: safe from any thread, as the engine is.
 */
final class OneHandshake extends DelegatingEngine {

    /** In newer ones no handshake follows the first, and what comes then (tickets, keys) must be let through. */
    private static final Set<String> CAN_RENEGOTIATE = Set.of("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2");

    private volatile boolean finished;
    private volatile boolean renegotiable;
    private volatile boolean heard;
    private volatile boolean closing;

    OneHandshake(SSLEngine engine) {
        super(engine);
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to) throws SSLException {
        try {
            return noted(super.wrap(from, offset, length, to));
        } catch (SSLHandshakeException e) {
            throw finished ? new AfterHandshakeException(e, false) : e;
        }
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length) throws SSLException {
        boolean after = finished;
        SSLEngineResult result;
        try {
            result = noted(super.unwrap(from, to, offset, length));
        } catch (SSLHandshakeException e) {
            // In TLS 1.3 a client has finished before its certificate is judged: what comes first is the verdict.
            throw finished ? new AfterHandshakeException(e, !renegotiable && !heard) : e;
        }
        if (after && result.bytesConsumed() > 0) {
            heard = true;
            if (renegotiable && !closing && result.getStatus() == Status.OK && isHandshaking(result)) {
                throw refused();
            }
        }
        return result;
    }

    @Override
    public void beginHandshake() throws SSLException {
        if (finished) {
            throw refused();
        }
        super.beginHandshake();
    }

    /**
     * Once finished, none that says so: from it, the client concludes that a connection that breaks now has broken in the
     * handshake. What is to be written in TLS 1.3, a new key, is told by the results.
     */
    @Override
    public HandshakeStatus getHandshakeStatus() {
        HandshakeStatus own = super.getHandshakeStatus();
        return finished && !closing ? HandshakeStatus.NOT_HANDSHAKING : own;
    }

    @Override
    public void closeInbound() throws SSLException {
        closing = true;
        super.closeInbound();
    }

    @Override
    public void closeOutbound() {
        closing = true;
        super.closeOutbound();
    }

    private SSLEngineResult noted(SSLEngineResult result) {
        if (!finished && result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            renegotiable = CAN_RENEGOTIATE.contains(getSession().getProtocol());
            finished = true;
        }
        return result;
    }

    private static boolean isHandshaking(SSLEngineResult result) {
        HandshakeStatus status = result.getHandshakeStatus();
        return status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED;
    }

    private AfterHandshakeException refused() {
        super.closeOutbound();
        return new AfterHandshakeException("a second TLS handshake was asked for (expected: one per connection)");
    }
}
