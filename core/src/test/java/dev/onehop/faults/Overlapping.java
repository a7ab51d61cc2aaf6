package dev.onehop.faults;

import dev.onehop.AsyncConnector;
import dev.onehop.Balancer;
import dev.onehop.Dialer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls whose dials may overlap, each dial on a thread of its own; notes whether one call ever dials a pod twice.
 *
 * <p>Shared: safe from any thread.
 */
final class Overlapping implements AutoCloseable {

    private final ExecutorService dials = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "dial");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger twice = new AtomicInteger();

    /** How many dials went to a pod that the same call had dialled before. */
    int twice() {
        return twice.get();
    }

    <T> T connect(Balancer to, Duration timeout, Dialer<T> dialer) throws IOException {
        Set<InetSocketAddress> dialled = ConcurrentHashMap.newKeySet();
        AsyncConnector<T> connector = (attempt, left) -> {
            if (!dialled.add(attempt.address())) {
                twice.incrementAndGet();
            }
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return dialer.dial(attempt, left);
                        } catch (IOException e) {
                            throw new CompletionException(e);
                        }
                    },
                    dials);
        };
        try {
            return to.connectAsync(timeout, connector).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        dials.shutdownNow();
    }
}
