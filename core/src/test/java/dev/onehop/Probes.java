package dev.onehop;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Onehop's own connects to ejected pods, counted for a test by address; real ones, or answered by the test where its pods
 * have no sockets.
 *
 * <p>Shared: safe from any thread.
 */
public final class Probes {

    private final Map<InetSocketAddress, LongAdder> counts = new ConcurrentHashMap<>();
    private final Prober prober;

    private Probes(Prober prober) {
        this.prober = prober;
    }

    /** Probes that dial. */
    public static Probes real() {
        return new Probes(new ConnectProber());
    }

    /** Probes that find out whether {@code listening} holds when {@code later} runs what it is given. */
    public static Probes after(Predicate<InetSocketAddress> listening, Consumer<Runnable> later) {
        return new Probes((address, timeout) -> {
            var probed = new CompletableFuture<Void>();
            later.accept(() -> {
                if (listening.test(address)) {
                    probed.complete(null);
                } else {
                    probed.completeExceptionally(new ConnectException("Connection refused"));
                }
            });
            return probed;
        });
    }

    /** Makes {@code builder} probe through this. */
    public OnehopBuilder in(OnehopBuilder builder) {
        return builder.prober(new Counting());
    }

    /** How many went to {@code address}. */
    public long to(InetSocketAddress address) {
        LongAdder count = counts.get(address);
        return count == null ? 0 : count.sum();
    }

    /** How many there were. */
    public long all() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    private final class Counting implements Prober {
        @Override
        public CompletionStage<Void> connect(InetSocketAddress address, Duration timeout) {
            counts.computeIfAbsent(address, key -> new LongAdder()).increment();
            return prober.connect(address, timeout);
        }

        @Override
        public void close() {
            prober.close();
        }
    }
}
