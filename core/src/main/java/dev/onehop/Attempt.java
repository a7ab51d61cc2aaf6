package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.health.Backend;
import dev.onehop.health.Evidence;
import dev.onehop.health.IdentityEvidence;
import dev.onehop.health.Outcome;
import dev.onehop.health.Signal;
import dev.onehop.health.Trial;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Permission to use one backend once, for a connection or a request, and the duty to say how that ended. Exactly one
 * ending counts: the first of {@link #succeeded}, {@link #failed} and {@link #close}; later ones change nothing.
 *
 * <p>An attempt may also be a fallback to the Service's own address; then there is no backend, and its ending teaches
 * nothing.
 *
 * <p>Shared: safe from any thread.
 */
public final class Attempt implements AutoCloseable {

    private static final VarHandle OVER;

    static {
        try {
            OVER = MethodHandles.lookup().findVarHandle(Attempt.class, "over", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Endings endings;
    private final @Nullable Backend backend;
    private final Decision.@Nullable ClusterIp fallback;
    private final InetSocketAddress address;
    private final long startNanos;
    private final @Nullable Trial trial;

    /** Whose exchange this is, if its connection stood before. */
    private final @Nullable HeldConnection used;

    /** The connection that this has made, if its client keeps it. */
    private volatile @Nullable HeldConnection held;

    private volatile boolean over;

    /** An attempt on a backend, counted as opened by the caller. */
    Attempt(Endings endings, Backend backend, @Nullable Trial trial, long startNanos) {
        this.trial = trial;
        this.endings = endings;
        this.backend = backend;
        this.fallback = null;
        this.address = backend.address();
        this.startNanos = startNanos;
        this.used = null;
    }

    /** Another exchange of a connection that {@code made} has made, to the same place. */
    private Attempt(Attempt made, HeldConnection connection, long startNanos) {
        this.endings = made.endings;
        this.trial = null;
        this.backend = made.backend;
        this.fallback = made.fallback;
        this.address = made.address;
        this.startNanos = startNanos;
        this.used = connection;
    }

    /** A fallback to the Service's own address. */
    Attempt(Endings endings, Decision.ClusterIp fallback, InetSocketAddress address, long startNanos) {
        this.endings = endings;
        this.trial = null;
        this.backend = null;
        this.fallback = fallback;
        this.address = address;
        this.startNanos = startNanos;
        this.used = null;
    }

    /**
     * Where to dial. Resolved for a backend; for a fallback it is the ClusterIP when we know it, else the Service's name,
     * which {@link Balancer#attempt} has resolved and {@link Balancer#attemptAsync} has not.
     */
    public InetSocketAddress address() {
        return address;
    }

    /** The chosen backend; empty for a fallback to the ClusterIP. */
    public Optional<Backend> backend() {
        return Optional.ofNullable(backend);
    }

    /** Why this goes to the ClusterIP; empty when it goes to a backend. */
    public Optional<Decision.ClusterIp> fallback() {
        return Optional.ofNullable(fallback);
    }

    /**
     * The connection is made. Clears the hard evidence against the backend; the attempt goes on. After the attempt's
     * ending it changes nothing.
     */
    public void connected() {
        if (backend != null && !over) {
            endings.connected(backend);
        }
    }

    /**
     * Takes note of a connection that this attempt has made and that its client keeps open for several exchanges, the
     * first of which this attempt becomes ({@link HeldConnection#begin}).
     *
     * @param close closes the client's connection
     */
    public HeldConnection hold(HeldConnection.Closing close) {
        HeldConnection connection = endings.connections().hold(this, Objects.requireNonNull(close, "close"));
        held = connection;
        if (over) {
            connection.ended(this); // by somebody who may not have seen it
        }
        return connection;
    }

    /**
     * Ends the attempt: the backend did what was asked.
     *
     * @return whether this was the first ending
     */
    public boolean succeeded() {
        return end(Outcome.SUCCEEDED);
    }

    /**
     * Ends the attempt: an HTTP response has come. Most statuses are successes, for the backend has done its work.
     *
     * @param status 100..599
     * @param retryAfter whether the response carries a {@code Retry-After}
     * @return whether this was the first ending
     */
    public boolean answered(int status, boolean retryAfter) {
        return answered(status, retryAfter, null);
    }

    /**
     * Ends the attempt: an HTTP response has come. With 429, or 503 and a {@code Retry-After}, the backend gets less until
     * that time is over, thirty seconds at most (reliability 2.3).
     *
     * @param status 100..599
     * @param retryAfter what {@code Retry-After} says, see {@link dev.onehop.health.RetryAfter}; null without one
     * @return whether this was the first ending
     */
    public boolean answered(int status, @Nullable Duration retryAfter) {
        return answered(status, retryAfter != null, retryAfter);
    }

    private boolean answered(int status, boolean retryAfter, @Nullable Duration time) {
        Optional<Signal> bad = endings.classifier().ofHttpStatus(status, retryAfter);
        return end(bad.isPresent() ? new Outcome.Failed(bad.get(), "", time) : Outcome.SUCCEEDED);
    }

    /**
     * Ends the attempt: it failed. What that says about the backend is read from {@code cause}.
     *
     * @return whether this was the first ending
     */
    public boolean failed(Throwable cause) {
        Signal signal = classify(Objects.requireNonNull(cause, "cause"));
        String why = signal.evidence() == Evidence.IDENTITY ? IdentityEvidence.words(cause) : "";
        return end(new Outcome.Failed(signal, why, null));
    }

    /**
     * Ends the attempt: it failed, and the caller knows what that says about the backend.
     *
     * @return whether this was the first ending
     */
    public boolean failed(Signal signal) {
        return end(new Outcome.Failed(signal));
    }

    /** Ends the attempt as abandoned, unless it has ended: nothing is learnt. Idempotent. */
    @Override
    public void close() {
        end(Outcome.ABANDONED);
    }

    /** What a failure says about the backend. */
    Signal classify(Throwable failure) {
        return endings.classifier().ofFailure(failure);
    }

    /** Why a certificate that was refused is probably our own trouble; empty where it is the backend's. */
    Optional<String> doubt() {
        return endings.doubt();
    }

    /** Whether it has not ended. */
    boolean isOpen() {
        return !over;
    }

    /** Another exchange of the same connection, to the same place. */
    Attempt again(HeldConnection connection) {
        return new Attempt(this, connection, endings.again(backend));
    }

    /** The same fallback with its name resolved. */
    Attempt at(InetSocketAddress resolved) {
        return new Attempt(endings, Objects.requireNonNull(fallback), resolved, startNanos);
    }

    private boolean end(Outcome outcome) {
        if (!OVER.compareAndSet(this, false, true)) {
            return false;
        }
        if (backend != null) {
            endings.ended(backend, outcome, startNanos, trial);
        }
        HeldConnection connection = used == null ? held : used;
        if (connection != null) {
            connection.ended(this);
        }
        return true;
    }

    /** {@code 10.244.0.16:8080 (api-server-26psx)}, or the address and why it is the ClusterIP. */
    @Override
    public String toString() {
        return fallback == null ? String.valueOf(backend) : address + " (ClusterIP: " + fallback.why() + ")";
    }
}
