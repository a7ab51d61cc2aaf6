package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.explain.Explanation;
import dev.onehop.health.Backend;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Service port, as its callers hold it: who gets the next connection, and why. Got from {@link Onehop#balancer} and
 * closed with it.
 *
 * <p>Shared: safe from any thread. Picks take no lock.
 */
public final class Balancer {

    private static final Logger log = LoggerFactory.getLogger(Balancer.class);

    /** How much longer than the initial wait a caller waits for the loop to say that it is over. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final ServicePipeline pipeline;
    private final Picks picks;
    private final Settings settings;
    private final String host;

    Balancer(ServicePipeline pipeline, Picks picks, Settings settings, String host) {
        this.pipeline = pipeline;
        this.picks = picks;
        this.settings = settings;
        this.host = host;
    }

    /**
     * Opens an attempt on one backend, or on the Service's own address when Onehop cannot say where to.
     *
     * <p>Blocks only while no view has arrived, for {@code initialWait} since the balancer was made at most, and to
     * resolve the Service's name when falling back without knowing its ClusterIP.
     *
     * @throws NoBackendException when kube-proxy would refuse or drop the connection too; when there is no such Service
     *     and DNS knows no such name; or when falling back is switched off
     */
    public Attempt attempt() throws NoBackendException {
        return attempt(settings.initialWait().plus(GRACE));
    }

    /**
     * Opens an attempt without ever blocking. The address of a fallback may be unresolved. What follows in the stage
     * runs on the caller's thread or on a thread of the common pool.
     *
     * @return fails with {@link NoBackendException} where {@link #attempt} throws it
     */
    public CompletionStage<Attempt> attemptAsync() {
        return attemptAsync(settings.initialWait().plus(GRACE));
    }

    /**
     * Connects, and tries up to three distinct backends as long as no byte of a request has been sent: a refused,
     * timed-out or unreachable connect, or a broken TLS handshake, goes on to the next. Up to six, as long as all of them
     * refuse within 10 ms. All of it inside {@code timeout} and the Service's retry budget; while no view has arrived,
     * half of the time at most is spent on waiting for one.
     *
     * @param timeout for the whole call, more than zero
     * @return what the dialer returned, never null
     * @throws IOException the last dial's own exception, with one line per dial among its suppressed exceptions;
     *     {@link NoBackendException} as {@link #attempt}
     */
    public <T> T connect(Duration timeout, Dialer<T> dialer) throws IOException {
        Objects.requireNonNull(dialer, "dialer");
        var failover = picks.failover(timeout);
        Attempt attempt = undropped(attempt(patience(failover.left().dividedBy(2))), failover);
        while (true) {
            try {
                Duration dialTimeout = failover.nextDial(attempt, known(attempt));
                T connection = Objects.requireNonNull(dialer.dial(attempt, dialTimeout), "what the dialer returned");
                attempt.connected();
                return connection;
            } catch (IOException | RuntimeException | Error failure) {
                Optional<Attempt> next = next(failover, attempt, failure);
                if (next.isEmpty()) {
                    failover.explain(failure);
                    throw failure;
                }
                attempt = next.get();
            }
        }
    }

    /**
     * {@link #connect} without blocking. Cancelling the future abandons the attempt under way; a connection that is made
     * all the same is closed, if it can be.
     *
     * @return fails with the last dial's own exception, as {@link #connect} throws it
     */
    public <T> CompletableFuture<T> connectAsync(Duration timeout, AsyncDialer<T> dialer) {
        return connectAsync(timeout, timeout.dividedBy(2), dialer);
    }

    /**
     * As the other, for callers that have waited for {@link #ready} themselves.
     *
     * @param patience how much of {@code timeout} may be spent on waiting for a first view; with zero the first dial
     *     begins on the caller's thread
     */
    public <T> CompletableFuture<T> connectAsync(Duration timeout, Duration patience, AsyncDialer<T> dialer) {
        Objects.requireNonNull(dialer, "dialer");
        var failover = picks.failover(timeout);
        var call = new AsyncConnect<>(failover, dialer, this::known, this::next);
        attemptAsync(patience(patience))
                .thenCompose(first -> undroppedAsync(first, failover))
                .whenComplete(call::begin);
        return call.result();
    }

    /**
     * Up to {@code most} distinct addresses for a client that tries several by itself, the picked one first. Empty when
     * the Service's own address is to be used or nobody may be picked: {@link #attemptAsync} tells which. Nothing is
     * counted, and nothing is learnt from how it goes.
     *
     * @param most at least 1
     */
    public List<InetSocketAddress> candidates(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: at least 1)");
        }
        Eligible now = pipeline.eligible();
        return now.size() == 0
                ? List.of()
                : picks.candidates(now, most).stream().map(Backend::address).toList();
    }

    /**
     * Counts a connection that an adapter sent to the Service's own address without asking for an attempt, because it
     * cannot translate it.
     */
    public void bypassed(FallbackReason reason) {
        picks.count(reason);
    }

    /** The present snapshot: who may be picked now. */
    public Eligible eligible() {
        return pipeline.eligible();
    }

    /**
     * Completes when the first view has arrived or the initial wait is over; never fails. What follows in the stage runs
     * on the caller's thread or on a thread of the common pool.
     */
    public CompletionStage<Eligible> ready() {
        return pipeline.decided().minimalCompletionStage();
    }

    /**
     * Follows the snapshots: the present one and every later one, in order, never two at a time. The listener runs on
     * Onehop's own thread, so it must be quick and must not block: no attempts, no I/O.
     *
     * @return stops it when closed
     */
    public Listening onChange(Consumer<Eligible> listener) {
        return pipeline.listen(Objects.requireNonNull(listener, "listener"));
    }

    /** A listener that can be stopped. */
    public interface Listening extends AutoCloseable {
        /** Stops the listener; a call under way is finished. Idempotent, from any thread. */
        @Override
        void close();
    }

    /** Why this pod, why not that one: view, verdict, backends, and everybody left out with the rule that did it. */
    public Explanation explain() {
        return Explanation.of(
                pipeline.destination(),
                pipeline.viewAge(),
                pipeline.eligible(),
                settings.policy().toString(),
                picks.fallbacks(),
                picks.refusals(),
                settings.loop().nanoTime());
    }

    /** {@code Service shop/api port 80: 3 eligible}. */
    @Override
    public String toString() {
        return pipeline.destination() + ": " + pipeline.eligible().size() + " eligible";
    }

    private Attempt attempt(Duration patience) throws NoBackendException {
        Attempt attempt = picks.open(decided(patience), host);
        return attempt.address().isUnresolved() ? resolved(attempt) : attempt;
    }

    private CompletionStage<Attempt> attemptAsync(Duration patience) {
        Eligible now = pipeline.eligible();
        CompletableFuture<Eligible> ready = now.decision() instanceof Decision.Wait && !patience.isZero()
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
    private Duration patience(Duration asked) {
        Duration longest = settings.initialWait().plus(GRACE);
        return asked.compareTo(longest) < 0 ? asked : longest;
    }

    private Eligible decided(Duration patience) throws NoBackendException {
        if (!(pipeline.eligible().decision() instanceof Decision.Wait)) {
            return pipeline.eligible();
        }
        try {
            pipeline.decided().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw picks.exception(Verdict.UNKNOWN, "interrupted while waiting for the first view");
        } catch (ExecutionException | TimeoutException e) {
            log.debug("{}: no decision within {}", this, patience);
        }
        return pipeline.eligible();
    }

    /** {@code first}, or the attempt that comes after a connection has been dropped for a while (strictDrop). */
    private Attempt undropped(Attempt first, Failover failover) throws IOException {
        Attempt attempt = first;
        for (Optional<String> why = StrictDrop.dropped(first); why.isPresent(); why = StrictDrop.dropped(attempt)) {
            attempt.close();
            try {
                var unused =
                        StrictDrop.over(pipeline, why.get(), failover.left()).get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the connection was dropped: " + why.get());
            } catch (ExecutionException e) {
                throw StrictDrop.timedOut(why.get()); // Here, so that the stack is the caller's.
            }
            attempt = attempt(Duration.ZERO);
        }
        return attempt;
    }

    private CompletionStage<Attempt> undroppedAsync(Attempt first, Failover failover) {
        Optional<String> why = StrictDrop.dropped(first);
        if (why.isEmpty()) {
            return CompletableFuture.completedStage(first);
        }
        first.close();
        return StrictDrop.over(pipeline, why.get(), failover.left())
                .thenCompose(changed -> attemptAsync(Duration.ZERO))
                .thenCompose(next -> undroppedAsync(next, failover));
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

    private Optional<Attempt> next(Failover failover, Attempt failed, Throwable failure) {
        return failover.mayTryAnother(failed, failure) ? picks.openWithout(failover.tried()) : Optional.empty();
    }

    /** How many backends a call that holds {@code attempt} could try in all. */
    private int known(Attempt attempt) {
        Eligible now = pipeline.eligible();
        return attempt.fallback().isPresent() ? 1 : now.size() + now.ejected().size();
    }
}
