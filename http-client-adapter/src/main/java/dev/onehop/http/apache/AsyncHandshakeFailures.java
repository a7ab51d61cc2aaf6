package dev.onehop.http.apache;

import java.net.SocketAddress;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.ModalCloseable;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * As {@link HandshakeFailures}, for the asynchronous client's handshakes.
 *
 * <p>Shared: as safe as the strategy it wraps.
 *
 * @param inTime when the handshake is given up
 */
record AsyncHandshakeFailures(TlsStrategy tls, InTime inTime) implements TlsStrategy {

    @Override
    public void upgrade(
            TransportSecurityLayer session,
            NamedEndpoint endpoint,
            @Nullable Object attachment,
            @Nullable Timeout handshakeTimeout,
            FutureCallback<TransportSecurityLayer> callback) {
        CompletableFuture<Void> decided = inTime.orElse(() -> {
            if (session instanceof ModalCloseable connection) {
                connection.close(CloseMode.IMMEDIATE);
            }
            callback.failed(new SSLHandshakeException("TLS handshake failed: it took longer than the dial may"));
        });
        tls.upgrade(session, endpoint, attachment, handshakeTimeout, new FutureCallback<TransportSecurityLayer>() {
            @Override
            public void completed(TransportSecurityLayer secure) {
                if (decided.complete(null)) {
                    callback.completed(secure);
                }
            }

            @Override
            public void failed(Exception failure) {
                if (decided.complete(null)) {
                    callback.failed(isPlain(failure) ? failure : HandshakeFailures.failure(failure));
                }
            }

            @Override
            public void cancelled() {
                if (decided.complete(null)) {
                    callback.cancelled();
                }
            }
        });
    }

    private static boolean isPlain(Exception failure) {
        return failure instanceof SSLHandshakeException
                || failure instanceof SSLPeerUnverifiedException
                || failure instanceof CancellationException;
    }

    @Override
    @Deprecated
    public boolean upgrade(
            TransportSecurityLayer session,
            HttpHost host,
            SocketAddress local,
            SocketAddress remote,
            @Nullable Object attachment,
            @Nullable Timeout handshakeTimeout) {
        return tls.upgrade(session, host, local, remote, attachment, handshakeTimeout);
    }
}
