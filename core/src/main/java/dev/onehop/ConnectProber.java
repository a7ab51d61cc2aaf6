package dev.onehop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Real connects, on at most two daemon threads that are there only while there is something to connect to.
 *
 * <p>Shared: safe from any thread.
 */
final class ConnectProber implements Prober {

    private static final int THREADS = 2;
    private static final long IDLE_SECONDS = 5;

    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                var thread = new Thread(work, "onehop-probe");
                thread.setDaemon(true);
                return thread;
            });

    ConnectProber() {
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public CompletionStage<Void> connect(InetSocketAddress address, Duration timeout) {
        var probed = new CompletableFuture<Void>();
        try {
            threads.execute(() -> {
                try (Socket socket = new Socket()) {
                    connect(socket, address, timeout);
                    probed.complete(null);
                } catch (IOException | RuntimeException e) {
                    probed.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException closed) {
            probed.completeExceptionally(closed);
        }
        return probed;
    }

    private void connect(Socket socket, InetSocketAddress address, Duration timeout) throws IOException {
        open.add(socket);
        try {
            if (threads.isShutdown()) {
                throw new IOException("closed");
            }
            socket.connect(address, (int) timeout.toMillis());
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        for (Socket socket : open) {
            try {
                socket.close(); // ends its connect
            } catch (IOException ignored) {
                // it is gone either way
            }
        }
    }
}
