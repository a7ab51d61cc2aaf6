package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.explain.Explanation;
import dev.onehop.health.Backend;
import dev.onehop.route.Destination;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One Service port, as its callers hold it: who gets the next connection, and why. Got from {@link Onehop#balancer} and
 * closed with it.
 *
 * <p>Shared: safe from any thread. Picks take no lock.
 */
public final class Balancer {

    private final ServicePorts ports;
    private final Settings settings;
    private final String host;
    private volatile FollowedPort live;

    Balancer(ServicePorts ports, PortInUse port, Settings settings, String host) {
        this.ports = ports;
        this.settings = settings;
        this.host = host;
        this.live = new FollowedPort(port, settings, host);
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
        return live().first().open();
    }

    /**
     * Opens an attempt without ever blocking. The address of a fallback may be unresolved. What follows in the stage
     * runs on the caller's thread or on a thread of the common pool.
     *
     * @return fails with {@link NoBackendException} where {@link #attempt} throws it
     */
    public CompletionStage<Attempt> attemptAsync() {
        return live().first().openAsync();
    }

    /**
     * Connects, and tries up to three distinct backends as long as no byte of a request has been sent: a refused,
     * timed-out or unreachable connect, or a broken TLS handshake, goes on to the next. Up to six, as long as all of them
     * refuse, within a quarter of a second together. All of it inside {@code timeout} and the Service's retry budget; while no view has arrived,
     * half of the time at most is spent on waiting for one. Where a busy machine, or DNS, makes that later, the dials have
     * half of {@code timeout} all the same, or the Service's own address would be given up for our wait.
     *
     * @param timeout for the whole call, more than zero
     * @return what the dialer returned, never null
     * @throws IOException the last dial's own exception, with one line per dial among its suppressed exceptions;
     *     {@link NoBackendException} as {@link #attempt}
     */
    public <T> T connect(Duration timeout, Dialer<T> dialer) throws IOException {
        Objects.requireNonNull(dialer, "dialer");
        FollowedPort now = live();
        var failover = now.picks().failover(timeout);
        Attempt attempt = now.first().connecting(failover);
        while (true) {
            try {
                Duration dialTimeout = failover.nextDial(attempt, now.known(failover, attempt));
                T connection = Objects.requireNonNull(dialer.dial(attempt, dialTimeout), "what the dialer returned");
                attempt.connected();
                return connection;
            } catch (IOException | RuntimeException | Error failure) {
                Optional<Attempt> next = now.next(failover, attempt, failure);
                if (next.isEmpty()) {
                    failover.explain(failure);
                    throw failure;
                }
                attempt = next.get();
            }
        }
    }

    /**
     * {@link #connect} without blocking. Cancelling the future abandons the attempts under way; a connection that is made
     * all the same is closed, if it can be. An {@link AsyncConnector}'s dials may overlap, if so wished; others' never do.
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
        FollowedPort now = live();
        var failover = now.picks().failover(timeout);
        Connecting<T> call = Connecting.by(
                dialer, failover, attempt -> now.known(failover, attempt), now::next, now.picks(), settings);
        now.first().connectingAsync(failover, patience, call);
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
        FollowedPort port = live();
        Eligible now = port.pipeline().eligible();
        return now.size() == 0
                ? List.of()
                : port.picks().candidates(now, most).stream()
                        .map(Backend::address)
                        .toList();
    }

    /**
     * Counts a connection that an adapter sent to the Service's own address without asking for an attempt, because it
     * cannot translate it.
     */
    public void bypassed(FallbackReason reason) {
        live().pipeline().tally().count(reason);
    }

    /** The name that its fallbacks go to. */
    String host() {
        return host;
    }

    /** The Service port this is of. */
    public Destination port() {
        return live.pipeline().destination();
    }

    /** What has been counted on this Service port, by all who hold a balancer of it. */
    public Tally tally() {
        return live.pipeline().tally();
    }

    /** How many connections clients keep open to this Service port, as far as they say so ({@link Attempt#hold}). */
    public int connections() {
        return live.pipeline().connections().count();
    }

    /** How long ago the source told us anything of the Service; empty while it has not told us all. */
    public Optional<Duration> viewAge() {
        return live.pipeline().viewAge();
    }

    /** How often a comparison with the source found that changes of the Service had been missed. */
    public long divergences() {
        return live.pipeline().divergences();
    }

    /** Whether endpoints are still used although a list of the source says that there are none ({@code docs/operations.md}). */
    public boolean keepsEmptied() {
        return settings.discovery().keepsEmptied(port().service());
    }

    /** The present snapshot: who may be picked now. */
    public Eligible eligible() {
        return live().pipeline().eligible();
    }

    /**
     * Completes when the first view has arrived or the initial wait is over; never fails. What follows in the stage runs
     * on the caller's thread or on a thread of the common pool.
     */
    public CompletionStage<Eligible> ready() {
        return live().pipeline().decided().minimalCompletionStage();
    }

    /**
     * Follows the snapshots: the present one and every later one, in order, never two at a time. The listener runs on
     * Onehop's own thread, so it must be quick and must not block: no attempts, no I/O. For a balancer that
     * {@link Onehop#forHost} gave, they end when the Service port turns out not to exist.
     *
     * @return stops it when closed
     */
    public Listening onChange(Consumer<Eligible> listener) {
        return live().pipeline().listen(Objects.requireNonNull(listener, "listener"));
    }

    /** A listener that can be stopped. */
    public interface Listening extends AutoCloseable {
        /** Stops the listener; a call under way is finished. Idempotent, from any thread. */
        @Override
        void close();
    }

    /** Why this pod, why not that one: view, verdict, backends, and everybody left out with the rule that did it. */
    public Explanation explain() {
        FollowedPort now = live();
        return Explanation.of(
                now.pipeline().destination(),
                now.pipeline().viewAge(),
                now.pipeline().eligible(),
                now.pipeline().tally().quarantined(),
                settings.policy().toString(),
                now.pipeline().tally().fallbacks(),
                now.pipeline().tally().refusals(),
                settings.loop().nanoTime());
    }

    /** {@code Service shop/api port 80: 3 eligible}. */
    @Override
    public String toString() {
        ServicePipeline now = live().pipeline();
        return now.destination() + ": " + now.eligible().size() + " eligible";
    }

    /** The port as it is followed now: a port that was let go, because it was absent, is followed again once used. */
    private FollowedPort live() {
        FollowedPort now = live;
        if (now.pipeline().isLetGo()) {
            Optional<PortInUse> again = ports.inUse(now.pipeline().destination());
            if (again.isPresent()) {
                now = new FollowedPort(again.get(), settings, host);
                live = now;
            }
        }
        return now;
    }
}
