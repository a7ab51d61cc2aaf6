package dev.onehop.http.okhttp;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a socket at a time that its handshake has for all of it: a read's timeout begins anew with every byte.
 *
 * <p>Shared: safe from any thread.
 */
final class HandshakeDeadline {

    private final CompletableFuture<Boolean> met = new CompletableFuture<>();

    private HandshakeDeadline() {}

    static HandshakeDeadline closing(Socket socket, int millis) {
        var deadline = new HandshakeDeadline();
        var unused = deadline.met
                .completeOnTimeout(false, millis, TimeUnit.MILLISECONDS)
                .thenAccept(inTime -> {
                    if (!inTime) {
                        close(socket);
                    }
                });
        return deadline;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException unused) {
            // it is closed
        }
    }

    /** The handshake is over: whether that was in time. */
    boolean isMet() {
        met.complete(true);
        return met.join();
    }
}
