package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.http.jetty.DialFailure.Stage;
import dev.onehop.service.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.transport.IConnection;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.Transport;
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
    private volatile @Nullable SelectableChannel channel;
    private volatile @Nullable EndPoint endPoint;

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
            failed(new IllegalStateException("client: " + call.client() + " (expected: one that is running)"));
            return outcome;
        }
        timer = call.client().getScheduler().schedule(this::late, timeout.toNanos(), TimeUnit.NANOSECONDS);
        InetSocketAddress address = attempt.address();
        if (address.isUnresolved()) {
            call.resolve(address, Promise.from(this::resolved, this::failed));
        } else {
            connect(address);
        }
        return outcome;
    }

    private void resolved(List<InetSocketAddress> addresses) {
        if (addresses.isEmpty()) {
            failed(new UnknownHostException(attempt.address().getHostString()));
        } else {
            connect(addresses.get(0));
        }
    }

    private void connect(InetSocketAddress address) {
        if (over.get()) {
            return;
        }
        var named = new InetSocketAddress(IpAddress.of(address.getAddress()).named(call.host()), address.getPort());
        Map<String, Object> context = call.freshContext();
        context.put(Transport.CONTEXT_KEY, new DialTransport(call.getWrapped(), this));
        context.put(ClientConnector.REMOTE_SOCKET_ADDRESS_CONTEXT_KEY, named);
        context.put(Connection.PROMISE_CONTEXT_KEY, this);
        call.client().getHttpClientTransport().connect(named, context);
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
            failed(new IllegalStateException("connection: " + connection + " (expected: one of Jetty's own)"));
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
            failed(e);
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
                failed(stopping);
            }
        }
    }

    @Override
    public void handshakeFailed(Event event, Throwable failure) {
        failed(failure);
    }

    @Override
    public void onClosed(org.eclipse.jetty.io.Connection connection) {
        PodConnection established;
        synchronized (this) {
            closed = true;
            established = pod;
        }
        if (established == null) {
            failed(DialFailure.closed(refusedByVerifier()));
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
        failed(DialFailure.late(stage(), attempt, timeout));
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
            made = PodConnection.of(attempt, Objects.requireNonNull(http), endPoint, carrier, call.client());
            pod = made;
            isGone = closed;
        }
        if (isGone) {
            made.gone();
        }
        return made;
    }

    @Override
    public void failed(Throwable cause) {
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
