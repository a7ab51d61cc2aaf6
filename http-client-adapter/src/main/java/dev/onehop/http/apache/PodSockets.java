package dev.onehop.http.apache;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.io.DetachedSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the socket of one dial, and tells when it is closed: the pool closes connections for reasons of its own, and tells
 * nobody.
 *
 * <p>Shared: safe from any thread.
 */
final class PodSockets implements DetachedSocketFactory {

    private final boolean toPod;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** @param toPod whether it goes to a pod, which no SOCKS proxy of the JVM's is asked for */
    PodSockets(boolean toPod) {
        this.toPod = toPod;
    }

    @Override
    public Socket create(@Nullable Proxy proxy) {
        return toPod ? new Told(Proxy.NO_PROXY) : new Told();
    }

    /** Calls {@code then} once, when the socket is closed; at once if it is. */
    void whenClosed(Runnable then) {
        var unused = closed.thenRun(then);
    }

    private final class Told extends Socket {

        Told() {}

        Told(Proxy proxy) {
            super(proxy);
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is told is told outside of the lock
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                closed.complete(null);
            }
        }
    }
}
