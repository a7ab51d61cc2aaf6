package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import dev.onehop.health.Signal;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.client.transport.IConnection;
import org.eclipse.jetty.client.transport.SendFailure;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the client's to a pod, as its pool has it. A retired one is closed to the pool, which takes another then;
 * a request that comes to it nevertheless is given back, and the client sends it by another.
 *
 * <p>Shared: safe from any thread.
 */
final class PodConnection extends WrappedConnection implements HeldConnection.Closing {

    /** Whoever the connection was made for has taken it by then, or has gone. */
    private static final long WANTED_MILLIS = 1_000;

    /** What HTTP/2 says last is written by then; reliability 3.4 allows for 100 ms in all. */
    private static final long SAID_MILLIS = 10;

    private final @Nullable EndPoint socket;
    private final @Nullable EndPoint carrier;
    private final Leaving leaving;
    private final HttpDestination destination;
    private final Scheduler scheduler;
    private final HeldConnection held;
    private final Scheduler.Task unwanted;
    private final AtomicInteger begun = new AtomicInteger();
    private volatile @Nullable PodExchange last;
    private volatile boolean rested;
    private volatile boolean gone;

    private PodConnection(
            Attempt made,
            IConnection http,
            @Nullable EndPoint socket,
            @Nullable EndPoint carrier,
            Leaving leaving,
            PodTransport call) {
        super(http);
        this.socket = socket;
        this.carrier = carrier;
        this.leaving = leaving;
        this.destination = call.destination();
        this.scheduler = call.client().getScheduler();
        this.held = made.hold(this);
        this.unwanted = scheduler.schedule(this::unwanted, WANTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * The connection that {@code attempt} has made.
     *
     * @param socket what is below all layers
     * @param carrier what HTTP is spoken over: TLS, or the socket
     * @param leaving what the pod has said of it
     */
    static PodConnection of(
            Attempt attempt,
            IConnection http,
            @Nullable EndPoint socket,
            @Nullable EndPoint carrier,
            Leaving leaving,
            PodTransport call) {
        return new PodConnection(attempt, http, socket, carrier, leaving, call);
    }

    /**
     * Its client has been told of it, and has sent what it was made for: where there was nothing, it waits in the pool, and
     * its pod may close it as any that is idle.
     */
    void offered() {
        rested = true;
    }

    @Override
    public @Nullable SendFailure send(HttpExchange exchange) {
        unwanted.cancel();
        boolean used = begun.get() > 0;
        boolean reused = used || rested;
        boolean stale = (used || SentAgain.mayGoByAnother(exchange.getConversation())) && isStale();
        Optional<Attempt> attempt = stale && reused ? Optional.empty() : held.begin();
        if (stale) {
            attempt.ifPresent(connect -> connect.failed(Signal.RESET)); // its pod closes what it has just accepted
            close();
        }
        if (stale && !used) {
            SentAgain.goesByAnother(exchange.getConversation());
        }
        if (stale || attempt.isEmpty()) {
            return new SendFailure(new ClosedChannelException(), true);
        }
        return send(exchange, attempt.get(), reused, reused || isMultiplexed());
    }

    private @Nullable SendFailure send(HttpExchange exchange, Attempt attempt, boolean reused, boolean again) {
        begun.incrementAndGet();
        PodExchange watched = PodExchange.of(exchange, attempt, this, reused && !isMultiplexed(), again);
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

    /** By somebody who has got this connection from its destination, and has it to the end: it is this one or none. */
    @Override
    public void send(Request request, Response.@Nullable CompleteListener listener) {
        unwanted.cancel();
        HttpRequest own = (HttpRequest) request;
        if (listener != null) {
            own.getResponseListeners().addCompleteListener(listener, true);
        }
        var exchange = new HttpExchange(destination, own);
        Optional<Attempt> attempt = held.beginAnyway();
        SendFailure refused = attempt.isEmpty()
                ? new SendFailure(new ClosedChannelException(), false)
                : send(exchange, attempt.get(), begun.get() > 0, false);
        if (refused != null) {
            var unused = own.abort(refused.failure);
        }
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
        try {
            return own.getEndPoint().fill(BufferUtil.allocate(1)) != 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether nobody has closed or broken it, as far as one has heard. */
    boolean isWhole() {
        return !http.isClosed() && isOpen();
    }

    /** The same but for Jetty, which may have closed it to requests. */
    boolean isOpen() {
        return !gone && (carrier == null || (carrier.isOpen() && !carrier.isInputShutdown()));
    }

    /** Whether its pod has said that it takes no more requests, and so ends it when the last is answered. */
    boolean isLeaving() {
        return leaving.isSaid();
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
    public String toString() {
        return http + " to " + held;
    }
}
