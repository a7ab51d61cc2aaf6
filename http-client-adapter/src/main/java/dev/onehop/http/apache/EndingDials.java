package dev.onehop.http.apache;

import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.core5.concurrent.CallbackContribution;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Apache's way to connect, whose connections are closed when their caller has left, their TLS handshakes with them: to
 * cancel Apache's own future ends nothing but the connect.
 *
 * <p>Shared: safe from any thread.
 *
 * @param left completed when the caller has left without a connection; never where it gets one
 */
record EndingDials(ConnectionInitiator dials, CompletableFuture<Void> left) implements ConnectionInitiator {

    @Override
    public Future<IOSession> connect(
            NamedEndpoint remote,
            @Nullable SocketAddress to,
            @Nullable SocketAddress local,
            @Nullable Timeout timeout,
            @Nullable Object attachment,
            FutureCallback<IOSession> callback) {
        return dials.connect(remote, to, local, timeout, attachment, new CallbackContribution<IOSession>(callback) {
            @Override
            public void completed(IOSession session) {
                var unused = left.thenRun(() -> session.close(CloseMode.IMMEDIATE));
                callback.completed(session);
            }
        });
    }
}
