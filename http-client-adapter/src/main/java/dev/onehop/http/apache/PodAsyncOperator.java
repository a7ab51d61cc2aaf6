package dev.onehop.http.apache;

import dev.onehop.AsyncConnector;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.nio.AsyncClientConnectionOperator;
import org.apache.hc.client5.http.nio.ManagedAsyncClientConnection;
import org.apache.hc.core5.concurrent.ComplexFuture;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of an asynchronous pool, as {@link PodOperator} does those of the other: one to a Service is a call
 * of {@link Balancer#connectAsync}.
 *
 * <p>Shared: safe from any thread.
 */
final class PodAsyncOperator implements AsyncClientConnectionOperator {

    private final Onehop onehop;
    private final AsyncClientConnectionOperator others;
    private final SchemePortResolver ports;
    private final BiFunction<InetSocketAddress, InTime, AsyncClientConnectionOperator> to;

    /** @param to Apache's own operator, whose connects go to one address, within a dial's time */
    PodAsyncOperator(
            Onehop onehop,
            AsyncClientConnectionOperator others,
            SchemePortResolver ports,
            BiFunction<InetSocketAddress, InTime, AsyncClientConnectionOperator> to) {
        this.onehop = onehop;
        this.others = others;
        this.ports = ports;
        this.to = to;
    }

    @Override
    public Future<ManagedAsyncClientConnection> connect(
            ConnectionInitiator initiator,
            HttpHost host,
            @Nullable Path unixDomainSocket,
            @Nullable NamedEndpoint name,
            @Nullable SocketAddress local,
            @Nullable Timeout timeout,
            @Nullable Object attachment,
            @Nullable HttpContext context,
            FutureCallback<ManagedAsyncClientConnection> callback) {
        return unixDomainSocket != null
                ? others.connect(initiator, host, unixDomainSocket, name, local, timeout, attachment, context, callback)
                : connect(initiator, host, name, local, timeout, attachment, context, callback);
    }

    @Override
    public Future<ManagedAsyncClientConnection> connect(
            ConnectionInitiator initiator,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable SocketAddress local,
            @Nullable Timeout timeout,
            @Nullable Object attachment,
            @Nullable HttpContext context,
            FutureCallback<ManagedAsyncClientConnection> callback) {
        Optional<Balancer> balancer = balancer(host, context);
        if (balancer.isEmpty()) {
            return others.connect(initiator, host, name, local, timeout, attachment, context, callback);
        }
        var left = new CompletableFuture<Void>();
        var dials = new EndingDials(initiator, left);
        AsyncConnector<PodConnection> connector = (attempt, share) -> {
            Timeout dial = Timeouts.ofDial(share);
            var dialled = new Dialled(attempt);
            Future<ManagedAsyncClientConnection> connect = to.apply(attempt.address(), InTime.of(dial))
                    .connect(
                            dials,
                            host,
                            name,
                            local,
                            dial,
                            Timeouts.handshakeWithin(attachment, dial),
                            context,
                            dialled);
            var unused = left.thenRun(() -> connect.cancel(true));
            return dialled;
        };
        CompletableFuture<PodConnection> connecting =
                balancer.get().connectAsync(Timeouts.ofConnect(timeout), connector);
        var unused = connecting.whenComplete((connection, failure) -> {
            if (connecting.isCancelled()) {
                left.complete(null);
            }
        });
        return pending(connecting, callback);
    }

    @Override
    public Future<ManagedAsyncClientConnection> connect(
            ConnectionInitiator initiator,
            HttpHost host,
            @Nullable SocketAddress local,
            @Nullable Timeout timeout,
            @Nullable Object attachment,
            FutureCallback<ManagedAsyncClientConnection> callback) {
        return others.connect(initiator, host, local, timeout, attachment, callback);
    }

    @Override
    public void upgrade(ManagedAsyncClientConnection connection, HttpHost host, @Nullable Object attachment) {
        others.upgrade(connection, host, attachment);
    }

    @Override
    public void upgrade(
            ManagedAsyncClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable Object attachment,
            @Nullable HttpContext context,
            FutureCallback<ManagedAsyncClientConnection> callback) {
        others.upgrade(connection, host, name, attachment, context, callback);
    }

    private Optional<Balancer> balancer(HttpHost host, @Nullable HttpContext context) {
        boolean elsewhere = host.getAddress() != null // the caller has chosen where to
                || context == null
                || context.getAttribute(PodOperator.DIRECT) == null;
        return elsewhere ? Optional.empty() : onehop.forHost(host.getHostName(), ports.resolve(host));
    }

    private static Future<ManagedAsyncClientConnection> pending(
            CompletableFuture<PodConnection> connecting, FutureCallback<ManagedAsyncClientConnection> callback) {
        var result = new ComplexFuture<ManagedAsyncClientConnection>(callback);
        result.setDependency(connecting);
        var unused = connecting.whenComplete((connection, failure) -> {
            if (connection == null) {
                result.failed(failure instanceof Exception exception ? exception : new Exception(failure));
            } else if (!result.completed(connection)) {
                connection.close(CloseMode.IMMEDIATE);
            }
        });
        return result;
    }

    /** The end of one dial. */
    private static final class Dialled extends CompletableFuture<PodConnection>
            implements FutureCallback<ManagedAsyncClientConnection> {

        private final Attempt attempt;

        Dialled(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public void completed(ManagedAsyncClientConnection connection) {
            HeldConnection held = attempt.hold(() -> connection.close(CloseMode.GRACEFUL));
            complete(new PodConnection(connection, held));
        }

        @Override
        public void failed(Exception failure) {
            completeExceptionally(failure instanceof SocketException broken ? Breaks.ofDial(broken, false) : failure);
        }

        @Override
        public void cancelled() {
            completeExceptionally(new CancellationException("the dial was cancelled"));
        }
    }
}
