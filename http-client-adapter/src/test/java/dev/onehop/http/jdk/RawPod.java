package dev.onehop.http.jdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server that says to every connection what it likes, whatever it is asked.
 *
 * <p>Shared: safe from any thread.
 */
final class RawPod implements AutoCloseable {

    /** What it says; an exception when the client has left. */
    @FunctionalInterface
    interface Speech {
        void to(InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener = new ServerSocket();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Speech speech;

    private RawPod(InetSocketAddress address, Speech speech) throws IOException {
        this.speech = speech;
        listener.setReuseAddress(true);
        listener.bind(address, 128);
        daemon(this::accept);
    }

    static RawPod at(InetSocketAddress address, Speech speech) {
        try {
            return new RawPod(address, speech);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.getInputStream().read();
            speech.to(socket.getInputStream(), socket.getOutputStream());
        } catch (IOException | InterruptedException gone) {
            // the client has left, which is what the test looks for
        } finally {
            open.remove(socket);
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "raw-pod");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
