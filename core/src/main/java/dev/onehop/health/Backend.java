package dev.onehop.health;

import dev.onehop.route.BackendKey;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.Endpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint we may dial, with its live counters. One object stands for one pod incarnation on one port: it is kept
 * across updates as long as the endpoint is routed to, so counters survive churn, and a new pod on a recycled IP gets a
 * new one.
 *
 * <p>Shared: safe from any thread; totals only grow, and every started attempt ends in exactly one of the other totals.
 */
public final class Backend {

    /** How long the share of a backend that is back takes to grow to the full one. */
    public static final long RAMP_NANOS = Duration.ofSeconds(10).toNanos();

    private static final long NEVER = Long.MIN_VALUE;
    private static final double LEAST_WEIGHT = 0.1;

    private static final VarHandle STARTED = counter("started");
    private static final VarHandle SUCCEEDED = counter("succeeded");
    private static final VarHandle FAILED = counter("failed");
    private static final VarHandle ABANDONED = counter("abandoned");

    private final BackendKey key;
    private final InetSocketAddress address;
    private volatile Endpoint endpoint;
    private final HardEvidence hardEvidence = new HardEvidence();
    private final SoftEvidence softEvidence;
    private final IdentityEvidence identity = new IdentityEvidence();
    private final Cooling cooling = new Cooling();
    private final Reach reach = new Reach();
    private final CheckTotals checks = new CheckTotals();
    private final Suspicion suspicion = new Suspicion();

    /** Since when its share grows, by the monotonic clock, or {@link #NEVER}. */
    private volatile long rampingSinceNanos = NEVER;

    /** When it came back from an ejection, by the monotonic clock, or {@link #NEVER}. */
    private volatile long returnedNanos = NEVER;

    @SuppressWarnings("unused")
    private volatile long started;

    @SuppressWarnings("unused")
    private volatile long succeeded;

    @SuppressWarnings("unused")
    private volatile long failed;

    @SuppressWarnings("unused")
    private volatile long abandoned;

    /**
     * Makes the backend of a routed endpoint.
     *
     * @param hostName the Service's name, which the address carries as its host name without ever being looked up
     * @param clock for the windows in which answers are judged
     */
    public Backend(RoutedEndpoint routed, String hostName, MonotonicClock clock) {
        this.key = routed.key();
        this.endpoint = routed.endpoint();
        this.softEvidence = new SoftEvidence(clock);
        this.address = new InetSocketAddress(key.ip().named(hostName), key.port());
    }

    public BackendKey key() {
        return key;
    }

    /** Where to dial: the pod's IP and target port, with the Service's name as host name. Never unresolved. */
    public InetSocketAddress address() {
        return address;
    }

    /** The endpoint as last seen in its slice. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Takes over what the newest slice says of the endpoint; called by the pipeline only. */
    public void seen(Endpoint newest) {
        if (!newest.equals(endpoint)) {
            endpoint = newest;
        }
    }

    /** The pod's name, if the slice names one. */
    public Optional<String> podName() {
        return Optional.ofNullable(endpoint.podName());
    }

    /** Attempts opened on this backend so far. */
    public long started() {
        return started;
    }

    /** Attempts that succeeded. */
    public long succeeded() {
        return succeeded;
    }

    /** Attempts that failed. */
    public long failed() {
        return failed;
    }

    /** Attempts their callers gave up. */
    public long abandoned() {
        return abandoned;
    }

    /** Attempts open now. Read without a lock, so off by a few while attempts come and go. */
    public long inFlight() {
        return Math.max(0, started - succeeded - failed - abandoned);
    }

    /** Counts an attempt as opened; {@link #ended} must follow once. */
    public void opened() {
        STARTED.getAndAdd(this, 1L);
    }

    /** Counts the ending of an attempt that {@link #opened} counted. */
    public void ended(Outcome outcome) {
        if (outcome instanceof Outcome.Succeeded) {
            SUCCEEDED.getAndAdd(this, 1L);
        } else if (outcome instanceof Outcome.Failed) {
            FAILED.getAndAdd(this, 1L);
        } else {
            ABANDONED.getAndAdd(this, 1L);
        }
    }

    /** The hard failures in a row on this backend. */
    public HardEvidence hardEvidence() {
        return hardEvidence;
    }

    /** Whether the last connect stood. */
    public Reach reach() {
        return reach;
    }

    /** The bad answers of this backend. */
    public SoftEvidence softEvidence() {
        return softEvidence;
    }

    /** How its active checks went. */
    public CheckTotals checks() {
        return checks;
    }

    /** Whether its certificates are accepted. */
    public IdentityEvidence identity() {
        return identity;
    }

    /**
     * A first connect has failed: for a while others come first. Not an ejection, and free when it was wrong; it is what
     * keeps callers at the same time from finding out one by one (reliability 2.4).
     *
     * @param chance 0 to 1: for how long, one to three seconds. Drawn anew, so that a dead zone is not tried again at once
     */
    public void suspect(long nowNanos, double chance) {
        suspicion.begin(nowNanos, chance);
    }

    /** Keeps a suspicion up until it is known whether it was right; changes nothing where there is none. */
    public void staySuspect(long nowNanos, long untilNanos) {
        suspicion.stay(nowNanos, untilNanos);
    }

    /** Whether others come first for now. */
    public boolean isSuspect(long nowNanos) {
        return suspicion.isOn(nowNanos);
    }

    /** A connection was made: whatever failed to connect before is forgotten. */
    public void connected() {
        hardEvidence.clear();
        suspicion.end();
    }

    /** All evidence is forgotten: it has led to an ejection, or the backend is back. */
    public void forgive() {
        connected();
        softEvidence.clear();
    }

    /** Whether its share still grows after an ejection. */
    public boolean isReturning(long nowNanos) {
        long since = returnedNanos;
        return since != NEVER && nowNanos - since < RAMP_NANOS;
    }

    /** It is back from an ejection: from now on its share grows (reliability 2.7). */
    public void returned(long nowNanos) {
        returnedNanos = nowNanos;
        rampFrom(nowNanos);
    }

    /** From now on its share grows. */
    public void rampFrom(long nowNanos) {
        rampingSinceNanos = nowNanos;
    }

    /**
     * It asks for less (reliability 2.3).
     *
     * @param time how long, as it says; null where it does not
     * @return whether it had not asked before
     */
    public boolean cool(@Nullable Duration time, long nowNanos) {
        return cooling.begin(time, nowNanos);
    }

    /** How much of its share it gets: 0.1 just after its return, 1 from ten seconds on, and 0.1 while it asks for less. */
    public double weight(long nowNanos) {
        double most = cooling.isOn(nowNanos) ? Cooling.WEIGHT : 1;
        long since = rampingSinceNanos;
        if (since == NEVER) {
            return most;
        }
        double ramped = (double) (nowNanos - since) / RAMP_NANOS;
        return ramped >= 1 ? most : Math.min(most, LEAST_WEIGHT + (1 - LEAST_WEIGHT) * Math.max(0, ramped));
    }

    /** {@code ip:port}, and the pod's name if known. */
    @Override
    public String toString() {
        return key.address() + podName().map(pod -> " (" + pod + ")").orElse("");
    }

    private static VarHandle counter(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(Backend.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
