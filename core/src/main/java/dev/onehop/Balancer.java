package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.explain.Explanation;
import dev.onehop.health.Backend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
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

/**
 * One Service port, as its callers hold it: who gets the next connection, and why. Got from {@link Onehop#balancer} and
 * closed with it.
 *
 * <p>Shared: safe from any thread. Picks take no lock.
 */
public final class Balancer {

    private static final Duration GRACE = Duration.ofSeconds(5);

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
        Attempt attempt = picks.open(decided(), host);
        return attempt.address().isUnresolved() ? resolved(attempt) : attempt;
    }

    /**
     * Opens an attempt without ever blocking. The address of a fallback may be unresolved.
     *
     * @return fails with {@link NoBackendException} where {@link #attempt} throws it
     */
    public CompletionStage<Attempt> attemptAsync() {
        Eligible now = pipeline.eligible();
        CompletableFuture<Eligible> ready = now.decision() instanceof Decision.Wait
                ? pipeline.decided().thenApply(decided -> pipeline.eligible())
                : CompletableFuture.completedFuture(now);
        return ready.thenApply(decided -> {
            try {
                return picks.open(decided, host);
            } catch (NoBackendException e) {
                throw new CompletionException(e);
            }
        });
    }

    /**
     * Connects, and tries up to three distinct backends as long as no byte of a request has been sent: a refused,
     * timed-out or unreachable connect, or a broken TLS handshake, goes on to the next. All of it inside
     * {@code timeout}.
     *
     * @param timeout for the whole call, more than zero
     * @return what the dialer returned
     * @throws IOException the last dial's own exception, with one line per dial among its suppressed exceptions;
     *     {@link NoBackendException} as {@link #attempt}
     */
    public <T> T connect(Duration timeout, Dialer<T> dialer) throws IOException {
        Objects.requireNonNull(dialer, "dialer");
        var failover = new Failover(settings.loop(), timeout);
        Attempt attempt = attempt();
        while (true) {
            try {
                T connection = dialer.dial(attempt, failover.nextDial(candidates(attempt)));
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
     * {@link #connect} without blocking.
     *
     * @return fails with the last dial's own exception, as {@link #connect} throws it
     */
    public <T> CompletionStage<T> connectAsync(Duration timeout, AsyncDialer<T> dialer) {
        Objects.requireNonNull(dialer, "dialer");
        var failover = new Failover(settings.loop(), timeout);
        return attemptAsync().thenCompose(attempt -> dial(failover, attempt, dialer));
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
        List<Backend> chosen = new ArrayList<>(most);
        Optional<Eligible> left = Optional.of(pipeline.eligible()).filter(now -> now.size() > 0);
        while (left.isPresent() && chosen.size() < most) {
            chosen.add(picks.pick(left.get(), settings.loop().nanoTime()));
            left = chosen.size() < most ? pipeline.eligible().without(chosen) : Optional.empty();
        }
        return chosen.stream().map(Backend::address).toList();
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

    /** Completes when the first view has arrived or the initial wait is over; never fails. */
    public CompletionStage<Eligible> ready() {
        return pipeline.decided().minimalCompletionStage();
    }

    /**
     * Follows the snapshots: the present one and every later one, in order, never two at a time. The listener runs on
     * Onehop's own thread and must be quick.
     *
     * @return stops it when closed
     */
    public AutoCloseable onChange(Consumer<Eligible> listener) {
        return pipeline.listen(Objects.requireNonNull(listener, "listener"));
    }

    /** Why this pod, why not that one: view, verdict, backends, and everybody left out with the rule that did it. */
    public Explanation explain() {
        return Explanation.of(
                pipeline.destination(),
                pipeline.view(),
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

    private Eligible decided() throws NoBackendException {
        Eligible now = pipeline.eligible();
        if (!(now.decision() instanceof Decision.Wait)) {
            return now;
        }
        try {
            pipeline.decided().get(settings.initialWait().plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw picks.exception(Verdict.UNKNOWN, "interrupted while waiting for the first view");
        } catch (ExecutionException | TimeoutException e) {
            throw picks.exception(Verdict.UNKNOWN, "no decision within the initial wait: " + e);
        }
        return pipeline.eligible();
    }

    private Attempt resolved(Attempt unresolved) throws NoBackendException {
        InetSocketAddress name = unresolved.address();
        try {
            var address = new InetSocketAddress(InetAddress.getByName(name.getHostString()), name.getPort());
            return unresolved.at(address);
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

    private <T> CompletionStage<T> dial(Failover failover, Attempt attempt, AsyncDialer<T> dialer) {
        CompletionStage<T> dialled;
        try {
            dialled = dialer.dial(attempt, failover.nextDial(candidates(attempt)));
        } catch (RuntimeException | Error e) {
            dialled = CompletableFuture.failedFuture(e);
        }
        return dialled.handle((connection, thrown) -> {
                    if (thrown == null) {
                        attempt.connected();
                        return CompletableFuture.<T>completedFuture(connection);
                    }
                    Throwable failure = thrown instanceof CompletionException && thrown.getCause() != null
                            ? thrown.getCause()
                            : thrown;
                    return next(failover, attempt, failure)
                            .map(another -> dial(failover, another, dialer))
                            .orElseGet(() -> {
                                failover.explain(failure);
                                return CompletableFuture.failedFuture(failure);
                            });
                })
                .thenCompose(stage -> stage);
    }

    private Optional<Attempt> next(Failover failover, Attempt failed, Throwable failure) {
        return failover.mayTryAnother(failed, failure) ? picks.openWithout(failover.tried()) : Optional.empty();
    }

    private int candidates(Attempt attempt) {
        Eligible now = pipeline.eligible();
        return attempt.fallback().isPresent() ? 1 : now.size() + now.ejected().size();
    }
}
