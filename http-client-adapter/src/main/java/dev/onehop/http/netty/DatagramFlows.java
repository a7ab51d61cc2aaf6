package dev.onehop.http.netty;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.service.Protocol;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The flows of one channel: finds a datagram's flow, begins and ends them, and sends what they take.
 *
 * <p>Serial: on the executor of the handler's context.
 */
final class DatagramFlows {

    /** How many flows a channel may have; the kernel's table has a limit as well. */
    static final int MOST = 1_024;

    private static final long SWEEP_SECONDS = 30;

    private final ChannelHandlerContext ctx;
    private final Onehop onehop;
    private final NameLookup lookup;
    private final LongSupplier nanoTime;
    private final Map<InetSocketAddress, DatagramFlow> flows = new LinkedHashMap<>(16, 0.75f, true);
    private final FlowAnswers answers = new FlowAnswers();
    private @Nullable ScheduledFuture<?> sweep;

    DatagramFlows(ChannelHandlerContext ctx, Onehop onehop, NameLookup lookup, LongSupplier nanoTime) {
        this.ctx = ctx;
        this.onehop = onehop;
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    /**
     * Sends a datagram to its flow's backend, now or when that is known.
     *
     * @return false when {@code service} is no name of ours; the datagram is then untouched
     */
    boolean write(InetSocketAddress service, Object msg, ChannelPromise promise) {
        DatagramFlow flow;
        try {
            flow = flow(service);
        } catch (RuntimeException unexpected) { // an executor that has shut down, for one
            WaitingDatagrams.fail(msg, promise, unexpected);
            return true;
        }
        if (flow == null) {
            return false;
        }
        if (flow.failure() != null) {
            WaitingDatagrams.fail(msg, promise, flow.failure());
        } else if (flow.backend() == null) {
            flow.waiting().add(msg, promise);
        } else {
            send(flow, flow.backend(), msg, promise);
        }
        return true;
    }

    /** The Service, as its caller wrote it, that something from {@code sender} comes from; null when it is nobody's. */
    @Nullable InetSocketAddress answered(InetSocketAddress sender) {
        long now = nanoTime.getAsLong();
        DatagramFlow flow = answers.from(sender);
        while (flow != null && flow.isIdle(now)) {
            end(flow, idle());
            flow = answers.from(sender);
        }
        if (flow == null) {
            return null;
        }
        flow.answered(sender, now);
        return flow.service();
    }

    /** Ends all flows. */
    void end(IOException cause) {
        if (sweep != null) {
            sweep.cancel(false);
            sweep = null;
        }
        List.copyOf(flows.values()).forEach(flow -> end(flow, cause));
    }

    int size() {
        return flows.size();
    }

    private @Nullable DatagramFlow flow(InetSocketAddress service) {
        DatagramFlow known = flows.get(service);
        InetSocketAddress former = null;
        if (known != null) {
            boolean idle = known.isIdle(nanoTime.getAsLong());
            if (!idle && known.stays()) {
                return known;
            }
            former = idle ? null : known.backend();
            end(known, idle ? idle() : new IOException("the flow's backend no longer serves"));
        }
        Supplier<Optional<Balancer>> balancers =
                () -> onehop.forHost(service.getHostString(), service.getPort(), Protocol.UDP);
        Optional<Balancer> balancer = balancers.get();
        return balancer.isEmpty() ? null : begin(new DatagramFlow(service, balancer.get(), balancers, former));
    }

    private DatagramFlow begin(DatagramFlow flow) {
        makeRoom();
        flows.put(flow.service(), flow);
        if (flow.formerBackend() != null) {
            answers.expect(flow.formerBackend(), flow);
        }
        if (sweep == null) {
            sweep = ctx.executor().schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
        }
        OnExecutor.whenDone(
                FlowPick.of(flow.balancer(), lookup, ctx.channel().eventLoop()),
                ctx.executor(),
                (pick, thrown) -> picked(flow, pick, thrown),
                DatagramFlows::close);
        return flow;
    }

    private void picked(DatagramFlow flow, @Nullable FlowPick pick, @Nullable Throwable thrown) {
        if (flow.failure() != null) {
            close(pick); // the flow ended in the meantime
        } else if (pick == null) {
            end(
                    flow,
                    FlowPick.failure(thrown == null ? new IllegalStateException("neither pick nor failure") : thrown));
        } else {
            flow.open(pick, nanoTime.getAsLong());
            if (!flow.waiting().isEmpty()) {
                flow.waiting().send((msg, promise) -> send(flow, pick.address(), msg, promise));
                ctx.flush(); // theirs came while they waited; one too many does no harm
            }
        }
    }

    private void send(DatagramFlow flow, InetSocketAddress backend, Object msg, ChannelPromise promise) {
        flow.sent(nanoTime.getAsLong());
        answers.expect(backend, flow);
        var unused = ctx.write(Readdressed.to(backend, msg), promise);
    }

    private void makeRoom() {
        if (flows.size() >= MOST) {
            endIdle();
        }
        if (flows.size() >= MOST) {
            end(flows.values().iterator().next(), new IOException("more than " + MOST + " flows on one channel"));
        }
    }

    private void sweep() {
        endIdle();
        sweep = flows.isEmpty() ? null : ctx.executor().schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    private void endIdle() {
        long now = nanoTime.getAsLong();
        List.copyOf(flows.values()).stream().filter(flow -> flow.isIdle(now)).forEach(flow -> end(flow, idle()));
    }

    private void end(DatagramFlow flow, Throwable cause) {
        flows.remove(flow.service(), flow);
        if (flow.backend() != null) {
            answers.forget(flow.backend(), flow);
        }
        if (flow.formerBackend() != null) {
            answers.forget(flow.formerBackend(), flow);
        }
        flow.end(cause);
    }

    private static IOException idle() {
        return new IOException("the flow was idle for too long");
    }

    private static void close(@Nullable FlowPick pick) {
        if (pick != null) {
            pick.attempt().close();
        }
    }
}
