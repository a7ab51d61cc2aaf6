package dev.onehop.http.contract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A pod that accepts connections and never says a word, whatever it is told: it keeps them, or ends them when it has been
 * told something.
 *
 * <p>Shared: safe from any thread.
 */
final class SilentPod implements AutoCloseable {

    /** What it does when it is told something. */
    enum Manner {
        KEEP,
        HANG_UP,
        RESET
    }

    private final ServerSocket listener;
    private final Manner manner;
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();

    SilentPod(Manner manner) throws IOException {
        this.manner = manner;
        listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        var acceptor = new Thread(this::accept, "silent-pod");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                accepted.add(socket);
                if (manner != Manner.KEEP) {
                    socket.getInputStream().read(new byte[8192]);
                    socket.setSoLinger(manner == Manner.RESET, 0);
                    socket.close();
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections it has got. */
    int accepts() {
        return accepted.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }
}
