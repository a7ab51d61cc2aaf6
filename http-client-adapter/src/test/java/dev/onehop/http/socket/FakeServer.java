package dev.onehop.http.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server on a port of 127.0.0.1 that holds the same conversation with each client, in a thread of its own. */
final class FakeServer implements AutoCloseable {

    private final ServerSocket listener;
    private final String name;
    private final Talk talk;

    private FakeServer(ServerSocket listener, String name, Talk talk) {
        this.listener = listener;
        this.name = name;
        this.talk = talk;
    }

    /** All that is said to one client, whose socket is closed after it. */
    @FunctionalInterface
    interface Talk {
        void with(Socket client) throws IOException;
    }

    static FakeServer start(String name, Talk talk) throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        var server = new FakeServer(listener, name, talk);
        server.daemon(server::accept);
        return server;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                daemon(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            talk.with(socket);
        } catch (IOException gone) {
            // the client has left
        }
    }

    private void daemon(Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
