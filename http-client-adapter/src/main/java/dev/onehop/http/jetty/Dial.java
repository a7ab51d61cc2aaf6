package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.http.jetty.DialFailure.Stage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.transport.IConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One dial: the connect, the TLS handshake if there is one (which Jetty itself would begin with the first request), and what
 * HTTP/2 says first. Done when a request may be sent.
 *
 * <p>Shared: its steps come from whatever thread Jetty has them on.
 */
final class Dial implements Promise<Connection>, SslHandshakeListener, org.eclipse.jetty.io.Connection.Listener {

    private final PodTransport call;
    private final Attempt attempt;
    private final Duration timeout;
    private final CompletableFuture<PodConnection> outcome = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Scheduler.@Nullable Task timer;
    private volatile Iterator<InetSocketAddress> more = Collections.emptyIterator();
    private volatile @Nullable SelectableChannel channel;
    private volatile @Nullable EndPoint endPoint;
    private volatile Leaving leaving = Leaving.NEVER;

    // guarded by this
    private @Nullable SslConnection tls;
    private boolean shaken;
    private boolean closed;
    private @Nullable IConnection http;
    private @Nullable PodConnection pod;

    Dial(PodTransport call, Attempt attempt, Duration timeout) {
        this.call = call;
        this.attempt = attempt;
        this.timeout = timeout;
    }

    CompletionStage<PodConnection> begin() {
        if (!call.client().isRunning()) {
            end(new IllegalStateException("client: " + call.client() + " (expected: one that is running)"));
            return outcome;
        }
        timer = call.client().getScheduler().schedule(this::late, timeout.toNanos(), TimeUnit.NANOSECONDS);
        InetSocketAddress address = attempt.address();
        if (address.isUnresolved()) {
            call.resolve(address, Promise.from(this::resolved, this::end));
        } else {
            connect(address);
        }
        return outcome;
    }

    private void resolved(List<InetSocketAddress> addresses) {
        more = addresses.iterator();
        failed(new UnknownHostException(attempt.address().getHostString())); // unless there is one
    }

    private void connect(InetSocketAddress address) {
        if (!over.get()) {
            call.connect(address, this);
        }
    }

    void connecting(SelectableChannel made) {
        channel = made;
        if (over.get()) {
            IO.close(made);
        }
    }

    void connected(EndPoint made) {
        endPoint = made;
        if (over.get()) {
            IO.close(made);
        }
    }

    /** What the endpoint will belong to, as long as it is open. */
    void opening(org.eclipse.jetty.io.Connection connection) {
        connection.addEventListener(this);
        leaving = Leaving.of(connection, leaving);
        if (connection instanceof SslConnection secured) {
            synchronized (this) {
                tls = secured;
            }
            secured.addHandshakeListener(this);
        }
    }

    /** HTTP is ready, if TLS is. */
    @Override
    public void succeeded(Connection connection) {
        if (!(connection instanceof IConnection pooled)) {
            end(new IllegalStateException("connection: " + connection + " (expected: one of Jetty's own)"));
            return;
        }
        SslConnection unshaken;
        synchronized (this) {
            http = pooled;
            unshaken = shaken ? null : tls;
        }
        if (unshaken == null) {
            established();
            return;
        }
        try {
            unshaken.getSslEndPoint().flush(BufferUtil.EMPTY_BUFFER); // says hello
        } catch (IOException e) {
            end(e);
        }
    }

    /** Within the connection's lock. */
    @Override
    public void handshakeSucceeded(Event event) {
        boolean ready;
        synchronized (this) {
            shaken = true;
            ready = http != null;
        }
        if (ready) {
            try {
                call.client().getExecutor().execute(this::established);
            } catch (RejectedExecutionException stopping) {
                end(stopping);
            }
        }
    }

    @Override
    public void handshakeFailed(Event event, Throwable failure) {
        end(failure);
    }

    @Override
    public void onClosed(org.eclipse.jetty.io.Connection connection) {
        PodConnection established;
        synchronized (this) {
            closed = true;
            established = pod;
        }
        if (established == null) {
            end(DialFailure.closed(refusedByVerifier()));
        } else {
            established.gone();
        }
    }

    /** Jetty tells nobody but closes: the handshake is done, and its listener before us has thrown. */
    private synchronized boolean refusedByVerifier() {
        return tls != null
                && !shaken
                && !tls.getSSLEngine().getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL");
    }

    private void late() {
        end(DialFailure.late(stage(), attempt, timeout));
    }

    private void established() {
        if (!over.compareAndSet(false, true)) {
            IO.close(endPoint);
            return;
        }
        endTimer();
        try {
            outcome.complete(held());
        } catch (RuntimeException | Error e) {
            IO.close(endPoint);
            outcome.completeExceptionally(e);
        }
    }

    private PodConnection held() {
        PodConnection made;
        boolean isGone;
        synchronized (this) {
            EndPoint carrier = tls == null ? endPoint : tls.getSslEndPoint();
            made = PodConnection.of(attempt, Objects.requireNonNull(http), endPoint, carrier, leaving, call);
            pod = made;
            isGone = closed;
        }
        if (isGone) {
            made.gone();
        }
        return made;
    }

    /** One of several addresses of a fallback, of which the next may do. */
    @Override
    public void failed(Throwable cause) {
        if (cause instanceof IOException && endPoint == null && more.hasNext()) {
            connect(more.next());
        } else {
            end(cause);
        }
    }

    private void end(Throwable cause) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        endTimer();
        Throwable told = DialFailure.told(cause, stage(), attempt);
        if (!call.client().isRunning()) {
            attempt.close();
            told = DialFailure.stopped(cause);
        }
        IO.close(endPoint == null ? channel : endPoint);
        outcome.completeExceptionally(told);
    }

    private synchronized Stage stage() {
        if (tls != null && !shaken) {
            return Stage.HANDSHAKING;
        }
        return endPoint == null ? Stage.CONNECTING : Stage.CONNECTED;
    }

    private void endTimer() {
        Scheduler.Task task = timer;
        if (task != null) {
            task.cancel();
        }
    }
}
