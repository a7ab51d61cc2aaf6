package dev.onehop.k8s.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The listening socket and the connections it has accepted; it can go away and come back on the same port.
 *
 * <p>Shared: safe from any thread; {@link #up} and {@link #down} exclude each other.
 */
final class Listener {
    private static final int TRIES = 100;
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 30_000;
    private static final int BACKLOG = 1024;

    private final InetAddress address;
    private final Executor threads;
    private final BiFunction<Socket, Runnable, HttpConnection> connections;
    private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
    private int port;
    private @Nullable ServerSocket socket;

    Listener(
            InetAddress address, int port, Executor threads, BiFunction<Socket, Runnable, HttpConnection> connections) {
        this.address = address;
        this.port = port;
        this.threads = threads;
        this.connections = connections;
    }

    synchronized int port() {
        return port;
    }

    /** Starts to listen, if it does not already. */
    synchronized void up() {
        if (socket != null) {
            return;
        }
        try {
            ServerSocket listening = port == 0 ? anyPort() : bound(port);
            port = listening.getLocalPort();
            socket = listening;
            threads.execute(() -> accept(listening));
        } catch (IOException e) {
            throw new UncheckedIOException("listen on " + address + ":" + port + ": " + e.getMessage(), e);
        }
    }

    /**
     * A free port below those the kernel gives to clients, where {@link #up} finds it free again after {@link #down}: no
     * outgoing connection takes it meanwhile.
     */
    private ServerSocket anyPort() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            try {
                return bound(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST));
            } catch (BindException taken) {
                continue;
            }
        }
        return bound(0);
    }

    private ServerSocket bound(int number) throws IOException {
        ServerSocket listening = new ServerSocket();
        listening.setReuseAddress(true);
        try {
            listening.bind(new InetSocketAddress(address, number), BACKLOG);
            return listening;
        } catch (IOException e) {
            listening.close();
            throw e;
        }
    }

    /** Stops listening and closes every connection; new ones are refused. */
    synchronized void down() {
        ServerSocket listening = socket;
        socket = null;
        try {
            if (listening != null) {
                listening.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(connection -> connection.end(Ending.CLOSE));
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                serve(listening, listening.accept());
            } catch (IOException e) {
                // Closed by down(), or a connection that failed before it was one.
            }
        }
    }

    private void serve(ServerSocket listening, Socket accepted) {
        HttpConnection[] self = new HttpConnection[1];
        HttpConnection connection = connections.apply(accepted, () -> open.remove(self[0]));
        self[0] = connection;
        open.add(connection);
        if (listening.isClosed()) {
            connection.end(Ending.CLOSE);
        } else {
            start(connection);
        }
    }

    private void start(HttpConnection connection) {
        try {
            threads.execute(connection);
        } catch (RejectedExecutionException e) {
            // The server closes while a client connects.
            connection.end(Ending.CLOSE);
        }
    }
}
