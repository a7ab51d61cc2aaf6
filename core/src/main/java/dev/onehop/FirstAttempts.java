package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.Verdict;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the first attempt of a call: waits for the first view where there is none yet, and waits out a drop where
 * {@code strictDrop} asks for it.
 *
 * <p>Shared: safe from any thread.
 */
final class FirstAttempts {

    private static final Logger log = LoggerFactory.getLogger(FirstAttempts.class);

    /** How much longer than the initial wait a caller waits for the loop to say that it is over. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final ServicePipeline pipeline;
    private final Picks picks;
    private final String host;
    private final Duration longestWait;
    private final StrictDrop drop;

    FirstAttempts(ServicePipeline pipeline, Picks picks, Settings settings, String host) {
        this.pipeline = pipeline;
        this.picks = picks;
        this.host = host;
        this.longestWait = settings.initialWait().plus(GRACE);
        this.drop = picks.drop();
    }

    /** One attempt, at once where there is a view. A fallback is resolved, which may block. */
    Attempt open() throws NoBackendException {
        return open(longestWait);
    }

    /** One attempt without blocking; a fallback may be unresolved. */
    CompletionStage<Attempt> openAsync() {
        return openAsync(longestWait);
    }

    /**
     * The first attempt of a call that may take as long as {@code failover} says; half of it for the first view. The other
     * half is for dials, however late a busy machine, or DNS, makes the end of the wait: the ClusterIP would have been
     * dialled without us.
     */
    Attempt connecting(Failover failover) throws IOException {
        long half = failover.timeoutNanos() / 2;
        Attempt attempt = open(atMost(Duration.ofNanos(half)));
        failover.leaveAtLeast(half);
        Optional<String> dropped = StrictDrop.dropped(attempt);
        while (dropped.isPresent()) {
            attempt.close();
            CompletableFuture<Void> over = drop.over(failover.left());
            try {
                over.get();
            } catch (InterruptedException e) {
                over.cancel(false);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the connection was dropped: " + dropped.get());
            } catch (ExecutionException e) {
                throw StrictDrop.timedOut(dropped.get()); // Here, so that the stack is the caller's.
            }
            attempt = open(Duration.ZERO);
            dropped = StrictDrop.dropped(attempt);
        }
        return attempt;
    }

    /**
     * {@link #connecting} without blocking.
     *
     * @param patience how much of the call's time may be spent on waiting for a first view; the rest is for dials
     * @param call begins with the attempt, at once where there is a view; when it has its result, nobody waits any more
     */
    void connectingAsync(Failover failover, Duration patience, Connecting<?> call) {
        long rest = failover.timeoutNanos() - TimeUnit.NANOSECONDS.convert(patience);
        if (!mustWait(patience)) { // without a future: some clients connect for every request
            Attempt first;
            try {
                first = picks.open(pipeline.eligible(), host, failover.beganNanos());
            } catch (Exception | Error e) {
                call.begin(null, e);
                return;
            }
            if (StrictDrop.dropped(first).isEmpty()) {
                call.begin(first, null);
            } else {
                undropped(first, failover, call.result()).whenComplete(call::begin);
            }
            return;
        }
        openAsync(atMost(patience))
                .thenCompose(first -> {
                    failover.leaveAtLeast(rest);
                    return undropped(first, failover, call.result());
                })
                .whenComplete(call::begin);
    }

    private boolean mustWait(Duration patience) {
        return pipeline.eligible().decision() instanceof Decision.Wait && !patience.isZero();
    }

    private CompletionStage<Attempt> undropped(Attempt attempt, Failover failover, CompletableFuture<?> call) {
        Optional<String> dropped = StrictDrop.dropped(attempt);
        if (dropped.isEmpty()) {
            return CompletableFuture.completedStage(attempt);
        }
        attempt.close();
        CompletableFuture<Void> over = drop.over(failover.left());
        var unused = call.whenComplete((connection, failure) -> over.cancel(false));
        return over.handle((nothing, timeout) -> timeout == null
                        ? openAsync(Duration.ZERO)
                        : CompletableFuture.<Attempt>failedStage(StrictDrop.timedOut(dropped.get())))
                .thenCompose(opened -> opened)
                .thenCompose(next -> undropped(next, failover, call));
    }

    private Attempt open(Duration patience) throws NoBackendException {
        Attempt attempt = picks.open(decided(patience), host);
        return attempt.address().isUnresolved() ? resolved(attempt) : attempt;
    }

    private CompletionStage<Attempt> openAsync(Duration patience) {
        Eligible now = pipeline.eligible();
        CompletableFuture<Eligible> ready = mustWait(patience)
                ? pipeline.decided().copy().completeOnTimeout(now, patience.toNanos(), TimeUnit.NANOSECONDS)
                : CompletableFuture.completedFuture(now);
        return ready.thenApply(decided -> {
            try {
                return picks.open(pipeline.eligible(), host);
            } catch (NoBackendException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** How long a call may wait for the first view: no longer than the initial wait. */
    private Duration atMost(Duration asked) {
        return asked.compareTo(longestWait) < 0 ? asked : longestWait;
    }

    private Eligible decided(Duration patience) throws NoBackendException {
        Eligible now = pipeline.eligible();
        if (!(now.decision() instanceof Decision.Wait)) {
            return now;
        }
        try {
            pipeline.decided().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw picks.exception(Verdict.UNKNOWN, "interrupted while waiting for the first view");
        } catch (ExecutionException | TimeoutException e) {
            log.debug("{}: no decision within {}", pipeline.destination(), patience);
        }
        return pipeline.eligible();
    }

    private Attempt resolved(Attempt unresolved) throws NoBackendException {
        InetSocketAddress name = unresolved.address();
        try {
            return unresolved.at(
                    ServiceOwnAddress.resolved(name, pipeline.destination().family()));
        } catch (UnknownHostException e) {
            unresolved.failed(e);
            String why = unresolved.fallback().map(Decision.ClusterIp::why).orElse("");
            var nobody = picks.exception(
                    pipeline.eligible().route().isPresent() ? Verdict.NOT_PROXIED : Verdict.UNKNOWN,
                    why + "; and DNS does not know '" + name.getHostString() + "'");
            nobody.initCause(e);
            throw nobody;
        }
    }
}
