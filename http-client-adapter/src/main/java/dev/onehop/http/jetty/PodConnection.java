package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.ConnectionPool;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.IConnection;
import org.eclipse.jetty.client.transport.SendFailure;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.Attachable;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.util.thread.Sweeper;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the client's to a pod, as its pool has it. A retired one is closed to the pool, which takes another then;
 * a request that comes to it nevertheless is given back, and the client sends it by another.
 *
 * <p>Shared: safe from any thread.
 */
final class PodConnection
        implements IConnection,
                Attachable,
                Invocable,
                Sweeper.Sweepable,
                ConnectionPool.MaxMultiplexable,
                ConnectionPool.MaxUsable,
                HeldConnection.Closing {

    /** Whoever the connection was made for has taken it by then, or has gone. */
    private static final long WANTED_MILLIS = 1_000;

    /** One that has waited this long for its first request may have been closed meanwhile, as one that was used. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What HTTP/2 says last is written by then; reliability 3.4 allows for 100 ms in all. */
    private static final long SAID_MILLIS = 10;

    private final IConnection http;
    private final @Nullable EndPoint socket;
    private final @Nullable EndPoint carrier;
    private final Scheduler scheduler;
    private final HeldConnection held;
    private final Scheduler.Task unwanted;
    private final AtomicInteger begun = new AtomicInteger();
    private volatile @Nullable PodExchange last;
    private final long madeNanos = System.nanoTime();
    private volatile boolean gone;

    private PodConnection(
            Attempt made,
            IConnection http,
            @Nullable EndPoint socket,
            @Nullable EndPoint carrier,
            Scheduler scheduler) {
        this.http = http;
        this.socket = socket;
        this.carrier = carrier;
        this.scheduler = scheduler;
        this.held = made.hold(this);
        this.unwanted = scheduler.schedule(this::unwanted, WANTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * The connection that {@code attempt} has made.
     *
     * @param socket what is below all layers
     * @param carrier what HTTP is spoken over: TLS, or the socket
     */
    static PodConnection of(
            Attempt attempt,
            IConnection http,
            @Nullable EndPoint socket,
            @Nullable EndPoint carrier,
            HttpClient client) {
        return new PodConnection(attempt, http, socket, carrier, client.getScheduler());
    }

    @Override
    public SendFailure send(HttpExchange exchange) {
        unwanted.cancel();
        boolean reused = begun.get() > 0 || System.nanoTime() - madeNanos > REST_NANOS;
        Optional<Attempt> attempt = reused && isStale() ? Optional.empty() : held.begin();
        if (attempt.isEmpty()) {
            return new SendFailure(new ClosedChannelException(), true);
        }
        begun.incrementAndGet();
        boolean reusedAlone = reused && !isMultiplexed();
        PodExchange watched = PodExchange.of(exchange, attempt.get(), this, reusedAlone);
        last = watched;
        SendFailure failure;
        try {
            failure = http.send(exchange);
        } catch (RuntimeException | Error e) {
            watched.abandon();
            throw e;
        }
        if (failure != null) {
            watched.abandon();
        }
        return failure;
    }

    /** By somebody who has got this connection from its destination, and has it to the end. */
    @Override
    public void send(Request request, Response.CompleteListener listener) {
        unwanted.cancel();
        held.beginAnyway().ifPresent(attempt -> PodExchange.of(request, attempt, this));
        begun.incrementAndGet();
        http.send(request, listener);
    }

    /**
     * Whether the pod has closed the connection, and Jetty is about to notice. Over TLS, and with HTTP/2, that is not to be
     * seen.
     */
    private boolean isStale() {
        if (!(http instanceof org.eclipse.jetty.io.Connection own)
                || own.getEndPoint() instanceof SslConnection.SslEndPoint) {
            return false;
        }
        ByteBuffer unexpected = BufferUtil.allocate(1);
        boolean usable;
        try {
            usable = own.getEndPoint().fill(unexpected) == 0;
        } catch (IOException e) {
            usable = false;
        }
        if (!usable) {
            close();
        }
        return !usable;
    }

    /** Whether nobody has closed or broken it, as far as one has heard. */
    boolean isWhole() {
        return !gone && !http.isClosed() && (carrier == null || (carrier.isOpen() && !carrier.isInputShutdown()));
    }

    boolean isMultiplexed() {
        return http instanceof ConnectionPool.MaxMultiplexable;
    }

    /** The client, the pod or Onehop has closed it; or it speaks no HTTP any more. */
    void gone() {
        gone = true;
        unwanted.cancel();
        held.gone();
        PodExchange exchange = last;
        if (exchange != null) {
            exchange.connectionGone();
        }
    }

    boolean isGone() {
        return gone;
    }

    /** The pool has it, and nobody has asked for it: it is idle. */
    private void unwanted() {
        if (begun.get() == 0) {
            held.begin().ifPresent(Attempt::close);
        }
    }

    @Override
    public void close() {
        http.close();
        EndPoint open = socket;
        if (open != null && isMultiplexed()) { // Jetty would wait for the pod to close it
            scheduler.schedule(open::close, SAID_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** To the pool, a retired one is. */
    @Override
    public boolean isClosed() {
        return http.isClosed() || held.isRetired();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return http.getLocalSocketAddress();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return http.getRemoteSocketAddress();
    }

    @Override
    public EndPoint.SslSessionData getSslSessionData() {
        return http.getSslSessionData();
    }

    /** Where the pool keeps its entry: it is told of releases and removals by the client's connection. */
    @Override
    public @Nullable Object getAttachment() {
        return http instanceof Attachable own ? own.getAttachment() : null;
    }

    @Override
    public void setAttachment(@Nullable Object attachment) {
        if (http instanceof Attachable own) {
            own.setAttachment(attachment);
        }
    }

    @Override
    public InvocationType getInvocationType() {
        return Invocable.getInvocationType(http);
    }

    @Override
    public boolean sweep() {
        return http instanceof Sweeper.Sweepable own && own.sweep();
    }

    @Override
    public int getMaxMultiplex() {
        return http instanceof ConnectionPool.MaxMultiplexable own ? own.getMaxMultiplex() : 1;
    }

    @Override
    public int getMaxUsage() {
        return http instanceof ConnectionPool.MaxUsable own ? own.getMaxUsage() : Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return http + " to " + held;
    }
}
