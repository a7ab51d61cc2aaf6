package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * One failover of {@link Balancer#connectAsync} turned inside out: it says whom to dial, and OkHttp's threads do so, in
 * their own time. For OkHttp connects in one step and shakes hands in another, and both belong to one dial.
 *
 * <p>Shared: cancelling comes from any thread; the rest is done by one after the other.
 */
final class Dials {

    private final BlockingQueue<Optional<Dial>> asked = new LinkedBlockingQueue<>();
    private final CompletableFuture<Dial> call;
    private volatile @Nullable Dial current;

    /** One of them, which succeeds or fails as a whole. */
    record Dial(Attempt attempt, Duration timeout, long beganNanos, CompletableFuture<Dial> done) {

        /** What is left of its time, at least a millisecond. */
        int leftMillis() {
            long left = timeout.toMillis() - (System.nanoTime() - beganNanos) / 1_000_000;
            return (int) Math.max(1, Math.min(Integer.MAX_VALUE, left));
        }
    }

    Dials(Balancer balancer, Duration timeout) {
        call = balancer.connectAsync(timeout, (attempt, share) -> {
            var dial = new Dial(attempt, share, System.nanoTime(), new CompletableFuture<>());
            asked.add(Optional.of(dial));
            return dial.done();
        });
        var unused = call.whenComplete((dial, failure) -> asked.add(Optional.empty()));
    }

    /**
     * Waits until it is known whom to dial: that takes time only while no view has arrived.
     *
     * @throws IOException when nobody is left to dial: the last dial's failure, with all of them suppressed
     */
    Dial next() throws IOException {
        try {
            Optional<Dial> next = asked.take();
            if (next.isPresent()) {
                current = next.get();
                return next.get();
            }
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while connecting").initCause(e);
        }
        asked.add(Optional.empty()); // whoever asks again
        throw failure();
    }

    private IOException failure() {
        try {
            return new SocketException("already connected: " + call.join());
        } catch (CancellationException e) {
            return new SocketException("Socket closed");
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                return failure;
            }
            return new IOException(e.getCause());
        }
    }

    /** The one under way. */
    Dial current() {
        return Objects.requireNonNull(current, "a dial");
    }

    /** It has failed; {@link #next} says how it goes on. */
    void failed(Throwable failure) {
        current().done().completeExceptionally(failure);
    }

    /** It stands. */
    void connected() {
        Dial dial = current();
        dial.done().complete(dial);
    }

    /** Nobody wants a connection any more. Nothing is learnt; without effect after the last dial's end. */
    void cancel() {
        call.cancel(false);
    }
}
