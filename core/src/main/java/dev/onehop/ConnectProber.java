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
 * Real connects, with or without a word, on at most two daemon threads that are there only while there is something to connect to.
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
        return converse(address, timeout, Conversation.NONE);
    }

    @Override
    public CompletionStage<Void> converse(InetSocketAddress address, Duration timeout, Conversation conversation) {
        var probed = new CompletableFuture<Void>();
        try {
            threads.execute(() -> {
                try (Socket socket = new Socket()) {
                    converse(socket, address, timeout, conversation);
                    probed.complete(null);
                } catch (IOException | RuntimeException | Error e) { // an Error too: somebody waits for the end
                    probed.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException closed) {
            probed.completeExceptionally(closed);
        }
        return probed;
    }

    private void converse(Socket socket, InetSocketAddress address, Duration timeout, Conversation conversation)
            throws IOException {
        open.add(socket);
        try {
            if (threads.isShutdown()) {
                throw new IOException("closed");
            }
            long beganNanos = System.nanoTime();
            socket.connect(address, (int) timeout.toMillis());
            if (conversation != Conversation.NONE) {
                hold(conversation, socket, address, timeout.minusNanos(System.nanoTime() - beganNanos));
            }
        } finally {
            open.remove(socket);
        }
    }

    /** The end of the time closes the socket, which ends any read, however slowly bytes drip in. */
    private static void hold(Conversation conversation, Socket socket, InetSocketAddress address, Duration left)
            throws IOException {
        var over = new CompletableFuture<Boolean>().completeOnTimeout(true, left.toNanos(), TimeUnit.NANOSECONDS);
        var unused = over.thenRun(() -> close(socket));
        try {
            conversation.hold(socket, address);
        } catch (IOException e) {
            if (over.getNow(false)) {
                IOException late = conversation.late();
                late.addSuppressed(e);
                throw late;
            }
            throw e;
        } finally {
            over.complete(false);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        open.forEach(ConnectProber::close); // ends its connect
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // it is gone either way
        }
    }
}
