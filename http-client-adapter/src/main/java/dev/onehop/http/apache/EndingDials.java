package dev.onehop.http.apache;

import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.SocketTimeoutExceptionFactory;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Apache's way to connect, whose connects end in time: its reactor looks once a second by default whose time is over, when
 * there is none left for another pod. And whose connections are closed when their caller has left, their TLS handshakes
 * with them: to cancel Apache's own future ends nothing but the connect.
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
        var over = new CompletableFuture<Void>();
        Future<IOSession> connect =
                dials.connect(remote, to, local, timeout, attachment, new FutureCallback<IOSession>() {
                    @Override
                    public void completed(IOSession session) {
                        if (!over.complete(null)) {
                            session.close(CloseMode.IMMEDIATE);
                            callback.failed(SocketTimeoutExceptionFactory.create(timeout));
                            return;
                        }
                        var unused = left.thenRun(() -> session.close(CloseMode.IMMEDIATE));
                        callback.completed(session);
                    }

                    @Override
                    public void failed(Exception failure) {
                        over.complete(null);
                        callback.failed(failure);
                    }

                    @Override
                    public void cancelled() {
                        if (over.complete(null)) {
                            callback.cancelled();
                        } else {
                            callback.failed(SocketTimeoutExceptionFactory.create(timeout));
                        }
                    }
                });
        if (timeout != null && TimeValue.isPositive(timeout)) {
            var unused = over.orTimeout(timeout.toNanoseconds(), TimeUnit.NANOSECONDS)
                    .whenCompleteAsync((done, late) -> {
                        if (late != null) {
                            connect.cancel(true);
                        }
                    });
        }
        return connect;
    }
}
