package dev.onehop.http.apache;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
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
 * @param inTime when the handshake is given up
 */
record HandshakeFailures(TlsSocketStrategy tls, BooleanSupplier aborted, InTime inTime) implements TlsSocketStrategy {

    @Override
    public SSLSocket upgrade(Socket socket, String target, int port, @Nullable Object attachment, HttpContext context)
            throws IOException {
        CompletableFuture<Void> decided = inTime.orElse(() -> close(socket));
        try {
            SSLSocket secure = tls.upgrade(socket, target, port, attachment, context);
            if (!decided.complete(null)) {
                throw new SSLHandshakeException("TLS handshake failed: it took longer than the dial may");
            }
            return secure;
        } catch (SSLHandshakeException | SSLPeerUnverifiedException plain) {
            throw plain;
        } catch (IOException broken) {
            throw aborted.getAsBoolean() ? broken : failure(broken);
        } finally {
            decided.complete(null);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyBroken) {
            // whoever reads from it is told
        }
    }

    static SSLHandshakeException failure(Exception cause) {
        var failure = new SSLHandshakeException("TLS handshake failed: " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
