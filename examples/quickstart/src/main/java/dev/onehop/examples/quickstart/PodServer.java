package dev.onehop.examples.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The container of a pod: a real HTTP server that answers {@code GET /health}. It ends in one of two ways:
 * {@link #stop} finishes what is in flight, {@link #kill} resets every connection.
 *
 * <p>Shared: safe from any thread.
 */
final class PodServer implements AutoCloseable {

    private static final int BACKLOG = 256;

    private final String pod;
    private final long startNanos = System.nanoTime();
    private final ServerSocket listener = new ServerSocket();
    private final Set<PodConnection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;
    private volatile boolean stopping;
    private volatile boolean broken;

    private PodServer(String pod, InetSocketAddress where) throws IOException {
        this.pod = pod;
        this.threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, pod);
            thread.setDaemon(true);
            return thread;
        });
        listener.setReuseAddress(true);
        listener.bind(where, BACKLOG);
        threads.execute(this::accept);
    }

    /** Starts to listen; port 0 means any free one. */
    static PodServer start(String pod, InetSocketAddress where) {
        try {
            return new PodServer(pod, where);
        } catch (IOException e) {
            throw new UncheckedIOException("pod " + pod + " cannot listen on " + where + ": " + e.getMessage(), e);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** From now on the answer is 500. */
    void breakDown() {
        broken = true;
    }

    /** As a container on SIGTERM: no new connections, what is in flight is finished, idle connections are closed. */
    void stop() {
        stopping = true;
        closeListener();
        connections.forEach(PodConnection::closeWhenIdle);
        threads.shutdown();
        try {
            threads.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** As a node that loses power: the listener is gone and every connection is reset. */
    void kill() {
        stopping = true;
        closeListener();
        connections.forEach(PodConnection::reset);
        threads.shutdownNow();
    }

    @Override
    public void close() {
        kill();
    }

    boolean isStopping() {
        return stopping;
    }

    /** Status line and body of the answer to {@code GET path}. */
    Answer answer(String path) {
        if (broken) {
            return new Answer("500 Internal Server Error", body("broken"));
        }
        return path.equals("/health") || path.startsWith("/health?")
                ? new Answer("200 OK", body("healthy"))
                : new Answer("404 Not Found", body("no such path"));
    }

    void ended(PodConnection connection) {
        connections.remove(connection);
    }

    record Answer(String status, String body) {}

    private String body(String status) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        return "{\"status\":\"%s\",\"uptime\":\"%.1fs\",\"pod\":\"%s\"}".formatted(status, seconds, pod);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                serve(listener.accept());
            } catch (IOException e) {
                // Closed by stop() or kill(), or the client has gone already: either way there is nobody to serve.
            }
        }
    }

    private void serve(Socket socket) {
        var connection = new PodConnection(this, socket);
        connections.add(connection);
        if (stopping) {
            connection.reset();
        } else {
            threads.execute(connection);
        }
    }

    private void closeListener() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
