package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.route.Route;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One channel's traffic with one Service port, and the backend it stays on: what a conntrack entry is in the kernel. It
 * waits for its pick, is open, and ends; it never changes its backend.
 *
 * <p>Not thread-safe: its channel's event loop's.
 */
final class DatagramFlow {

    /** nf_conntrack_udp_timeout: for a flow that was not answered. */
    static final long ONE_WAY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** nf_conntrack_udp_timeout_stream: for a flow that was. */
    static final long ANSWERED_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final InetSocketAddress service;
    private final Supplier<Optional<Balancer>> balancers;
    private final @Nullable InetSocketAddress formerBackend;
    private final WaitingDatagrams waiting;
    private Balancer balancer;
    private @Nullable Attempt attempt;
    private @Nullable InetSocketAddress backend;
    private @Nullable Throwable failure;
    private long usedNanos;
    private boolean answered;
    private long checkedVersion = -1;
    private boolean stays = true;

    /**
     * A flow that waits for its pick.
     *
     * @param service as the caller wrote it, unresolved
     * @param balancers the Service port's balancer, asked for again when the Service is gone: it may have come back
     * @param formerBackend where the flow before this one went, when it did not end by itself: answers may be under way
     */
    DatagramFlow(
            InetSocketAddress service,
            Balancer balancer,
            Supplier<Optional<Balancer>> balancers,
            @Nullable InetSocketAddress formerBackend) {
        this.service = service;
        this.balancer = balancer;
        this.balancers = balancers;
        this.formerBackend = formerBackend;
        this.waiting = new WaitingDatagrams(service);
    }

    InetSocketAddress service() {
        return service;
    }

    Balancer balancer() {
        return balancer;
    }

    WaitingDatagrams waiting() {
        return waiting;
    }

    /** Where its datagrams go; null before the pick. */
    @Nullable InetSocketAddress backend() {
        return backend;
    }

    @Nullable InetSocketAddress formerBackend() {
        return formerBackend;
    }

    /** Why it ended; null while it has not. */
    @Nullable Throwable failure() {
        return failure;
    }

    void open(FlowPick pick, long nowNanos) {
        attempt = pick.attempt();
        backend = pick.address();
        usedNanos = nowNanos;
    }

    void sent(long nowNanos) {
        usedNanos = nowNanos;
    }

    void answered(InetSocketAddress sender, long nowNanos) {
        if (sender.equals(backend)) {
            answered = true;
            usedNanos = nowNanos;
        }
    }

    /** Whether nothing was sent or heard for so long that the kernel would have forgotten it. */
    boolean isIdle(long nowNanos) {
        return backend != null && nowNanos - usedNanos >= (answered ? ANSWERED_NANOS : ONE_WAY_NANOS);
    }

    /** Whether it goes on where it is, by the newest view (R43). One on the Service's own address is the kernel's to move. */
    boolean stays() {
        Optional<Backend> picked = attempt == null ? Optional.empty() : attempt.backend();
        if (picked.isEmpty()) {
            return true;
        }
        Eligible now = balancer.eligible();
        if (now.route().filter(Route.NotProxied.class::isInstance).isPresent()) {
            balancer = balancers.get().orElse(balancer);
            now = balancer.eligible();
            checkedVersion = -1;
        }
        if (now.version() != checkedVersion) {
            checkedVersion = now.version();
            stays = now.route()
                    .map(route -> FlowRule.stays(picked.get().key(), route))
                    .orElse(true);
        }
        return stays;
    }

    /** Ends it, and the datagrams that still wait. */
    void end(Throwable cause) {
        if (failure == null) {
            failure = cause;
            if (attempt != null && answered) {
                attempt.succeeded();
            } else if (attempt != null) {
                attempt.close();
            }
            waiting.fail(cause);
        }
    }
}
