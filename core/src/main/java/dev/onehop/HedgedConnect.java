package dev.onehop;

import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous call that begins another dial beside one that is slow, on a backend not yet tried; the first
 * connection wins (reliability 3.2). Both count: against the call's distinct backends, its time, and the retry budget.
 *
 * <p>A dial that lost the race goes on to its own end, which no caller waits for: what it fails of is evidence, so that a
 * black hole is found out although nobody had to wait for it, and what it connects is closed. From the moment it was
 * overtaken its backend comes last for a second or more, for one that was asked later has answered before.
 *
 * <p>Shared: dials end on whatever threads the connector completes on; what follows runs as {@link Steps}.
 */
final class HedgedConnect<T> implements Connecting<T> {

    private final Failover failover;
    private final AsyncConnector<T> connector;
    private final ToIntFunction<Attempt> known;
    private final Picks picks;
    private final Settings settings;
    private final Hedging hedging;
    private final SerialScheduler loop;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Steps steps = new Steps();

    /** In the order in which they began; touched by steps only. */
    private final List<Dial> underWay = new ArrayList<>(Failover.MAX_BACKENDS);

    HedgedConnect(
            Failover failover,
            AsyncConnector<T> connector,
            ToIntFunction<Attempt> known,
            Picks picks,
            Settings settings) {
        this.failover = failover;
        this.connector = connector;
        this.known = known;
        this.picks = picks;
        this.settings = settings;
        this.hedging = settings.hedging().orElseThrow();
        this.loop = settings.loop();
        var unused = result.whenComplete((connection, failure) -> {
            if (result.isCancelled()) {
                step(this::abandonAll);
            }
        });
    }

    @Override
    public CompletableFuture<T> result() {
        return result;
    }

    @Override
    public void begin(@Nullable Attempt attempt, @Nullable Throwable failure) {
        if (attempt == null) {
            result.completeExceptionally(AsyncConnect.bare(Objects.requireNonNull(failure)));
        } else {
            step(() -> dial(attempt));
        }
    }

    private void dial(Attempt attempt) {
        if (result.isDone()) {
            attempt.close();
            return;
        }
        var dial = new Dial(attempt, loop.nanoTime());
        underWay.add(dial);
        CompletionStage<T> dialled;
        try {
            var timeout = failover.nextDial(attempt, known.applyAsInt(attempt));
            failover.began(attempt);
            dialled = connector.dial(attempt, timeout);
        } catch (Exception | Error e) {
            dialled = CompletableFuture.failedFuture(e);
        }
        dialled.whenComplete((connection, failure) -> {
            dial.over = true;
            if (failure != null) {
                step(() -> failed(dial, AsyncConnect.bare(failure)));
            } else if (connection == null) {
                step(() -> failed(dial, new NullPointerException("what the connector's stage completed with")));
            } else {
                connected(dial, connection);
            }
        });
        if (!dial.over && attempt.backend().isPresent()) {
            dial.timer = loop.schedule(hedging.after(), () -> hedging.dials().execute(() -> step(() -> hedge(dial))));
        }
    }

    /** The dial is slow. */
    private void hedge(Dial slow) {
        if (!slow.over && !result.isDone() && failover.mayDialBeside()) {
            picks.openBeside(failover).ifPresent(this::dial);
        }
    }

    private void connected(Dial dial, T connection) {
        dial.attempt.connected();
        step(() -> {
            underWay.remove(dial);
            dial.timer.cancel();
            if (!result.isCancelled()) {
                underWay.forEach(other -> overtaken(other, dial));
            }
        });
        if (!result.complete(connection)) { // the one place that tells who has won
            dial.attempt.close();
            AsyncConnect.hangUp(connection);
        }
    }

    /** Nothing begins beside a dial that lost; where it began before the winner it was slow indeed. */
    private void overtaken(Dial loser, Dial winner) {
        loser.timer.cancel();
        if (!loser.over && loser.beganNanos - winner.beganNanos < 0) {
            loser.attempt
                    .backend()
                    .ifPresent(backend ->
                            backend.suspect(loop.nanoTime(), settings.random().nextDouble()));
        }
    }

    private void failed(Dial dial, Throwable failure) {
        underWay.remove(dial);
        dial.timer.cancel();
        if (result.isCancelled()) {
            dial.attempt.close(); // the caller has given up, and may have ended the dial
            return;
        }
        if (result.isDone()) {
            dial.attempt.failed(failure); // nobody waits, but it is evidence
            return;
        }
        Optional<Attempt> another = failover.mayTryAnother(dial.attempt, failure, dial.beganNanos)
                ? picks.openWithout(failover)
                : Optional.empty();
        if (another.isPresent()) {
            dial(another.get());
        } else if (underWay.isEmpty()) {
            failover.explain(failure);
            result.completeExceptionally(failure);
        }
    }

    private void abandonAll() {
        for (Dial dial : underWay) {
            dial.timer.cancel();
            dial.attempt.close();
        }
    }

    private void step(Runnable step) {
        steps.run(() -> {
            try {
                step.run();
            } catch (RuntimeException | Error e) { // a pick policy's, say
                result.completeExceptionally(e);
            }
        });
    }

    /** One dial; its timer belongs to the steps. */
    private static final class Dial {
        private final Attempt attempt;
        private final long beganNanos;
        private Cancellable timer = () -> {};
        private volatile boolean over;

        Dial(Attempt attempt, long beganNanos) {
            this.attempt = attempt;
            this.beganNanos = beganNanos;
        }
    }
}
