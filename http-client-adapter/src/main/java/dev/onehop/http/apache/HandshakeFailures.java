package dev.onehop.http.apache;

import java.io.IOException;
import java.net.Socket;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * The client's own TLS handshake, whose failures say that they are such, whatever broke: a reset in a handshake is no
 * reset of an exchange, and another pod may be tried.
 *
 * <p>Shared: as safe as the strategy it wraps.
 *
 * @param aborted whether the caller has closed the connection under the handshake, which is nobody's failure
 */
record HandshakeFailures(TlsSocketStrategy tls, BooleanSupplier aborted) implements TlsSocketStrategy {

    @Override
    public SSLSocket upgrade(Socket socket, String target, int port, @Nullable Object attachment, HttpContext context)
            throws IOException {
        try {
            return tls.upgrade(socket, target, port, attachment, context);
        } catch (SSLHandshakeException | SSLPeerUnverifiedException plain) {
            throw plain;
        } catch (IOException broken) {
            throw aborted.getAsBoolean() ? broken : failure(broken);
        }
    }

    static SSLHandshakeException failure(Exception cause) {
        var failure = new SSLHandshakeException("TLS handshake failed: " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
