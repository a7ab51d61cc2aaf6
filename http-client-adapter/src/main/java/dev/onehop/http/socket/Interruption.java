package dev.onehop.http.socket;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Closes a socket when the thread that connects it is interrupted, within a tenth of a second: {@link Socket#connect}
 * itself does not notice. Costs one delayed task of the JDK's, which most often finds that the dial is over; no thread.
 */
final class Interruption {

    private static final Executor LATER = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private final Thread dialling = Thread.currentThread();
    private final Socket socket;
    private volatile boolean over;

    private Interruption(Socket socket) {
        this.socket = socket;
    }

    /** Watches the calling thread until the dial is over. */
    static Interruption closing(Socket socket) {
        var watch = new Interruption(socket);
        LATER.execute(watch::look);
        return watch;
    }

    private void look() {
        if (over) {
            return;
        }
        if (dialling.isInterrupted()) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is closed
            }
        } else {
            LATER.execute(this::look);
        }
    }

    /** The dial is over. */
    void over() {
        over = true;
    }
}
