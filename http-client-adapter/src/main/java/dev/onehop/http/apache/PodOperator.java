package dev.onehop.http.apache;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of a pool. One to a Service is a call of {@link Balancer#connect}, each dial of which is Apache's
 * own connect and TLS handshake, to one address: URL, SNI and the name in the certificate stay the Service's, because only
 * the answer to the name's lookup is ours. All others are another operator's.
 *
 * <p>Shared: safe from any thread.
 */
final class PodOperator implements HttpClientConnectionOperator {

    /** In the context while a connection goes to a route's target itself, and not to its proxy. */
    static final String DIRECT = "dev.onehop.http.apache.direct";

    private final Onehop onehop;
    private final HeldByConnection held;
    private final HttpClientConnectionOperator others;
    private final Means means;

    /** What users have set, or Apache's defaults. */
    record Means(SchemePortResolver ports, DnsResolver dns, TlsSocketStrategy tls) {}

    PodOperator(Onehop onehop, HeldByConnection held, HttpClientConnectionOperator others, Means means) {
        this.onehop = onehop;
        this.held = held;
        this.others = others;
        this.means = means;
    }

    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable Path unixDomainSocket,
            @Nullable InetSocketAddress local,
            @Nullable Timeout timeout,
            SocketConfig config,
            @Nullable Object attachment,
            HttpContext context)
            throws IOException {
        if (unixDomainSocket != null) {
            others.connect(connection, host, name, unixDomainSocket, local, timeout, config, attachment, context);
        } else {
            connect(connection, host, name, local, timeout, config, attachment, context);
        }
    }

    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable InetSocketAddress local,
            @Nullable Timeout timeout,
            SocketConfig config,
            @Nullable Object attachment,
            HttpContext context)
            throws IOException {
        Optional<Balancer> balancer = balancer(host, config, context);
        if (balancer.isEmpty()) {
            others.connect(connection, host, name, local, timeout, config, attachment, context);
            return;
        }
        balancer.get().connect(Timeouts.ofConnect(timeout), (attempt, share) -> {
            Timeout dial = Timeouts.ofDial(share);
            Object within = Timeouts.handshakeWithin(attachment, dial);
            var inTime = InTime.of(dial);
            var socket = new PodSockets(attempt.backend().isPresent());
            try {
                operator(attempt, connection, socket, inTime)
                        .connect(connection, host, name, local, dial, config, within, context);
            } catch (IOException failure) {
                boolean aborted = !connection.isOpen();
                if (aborted) {
                    attempt.close(); // the caller has left, of which the pod knows nothing
                }
                throw failure instanceof SocketException broken ? Breaks.ofDial(broken, aborted) : failure;
            }
            return hold(attempt, connection, socket);
        });
    }

    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable InetSocketAddress local,
            @Nullable TimeValue timeout,
            SocketConfig config,
            HttpContext context)
            throws IOException {
        Timeout whole = timeout == null ? null : Timeout.of(timeout.getDuration(), timeout.getTimeUnit());
        connect(connection, host, null, local, whole, config, null, context);
    }

    @Override
    public void upgrade(ManagedHttpClientConnection connection, HttpHost host, HttpContext context) throws IOException {
        others.upgrade(connection, host, context);
    }

    @Override
    public void upgrade(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable Object attachment,
            HttpContext context)
            throws IOException {
        others.upgrade(connection, host, name, attachment, context);
    }

    private Optional<Balancer> balancer(HttpHost host, SocketConfig config, HttpContext context) {
        boolean elsewhere = host.getAddress() != null // the caller has chosen where to
                || config.getSocksProxyAddress() != null
                || context.getAttribute(DIRECT) == null;
        return elsewhere ? Optional.empty() : onehop.forHost(host.getHostName(), means.ports.resolve(host));
    }

    /** Apache's own operator, for one dial. */
    private HttpClientConnectionOperator operator(
            Attempt attempt, ManagedHttpClientConnection connection, PodSockets socket, InTime inTime) {
        return new DefaultHttpClientConnectionOperator(
                socket,
                means.ports,
                new OneAddress(attempt.address(), means.dns),
                RegistryBuilder.<TlsSocketStrategy>create()
                        .register(
                                URIScheme.HTTPS.id,
                                new HandshakeFailures(means.tls, () -> !connection.isOpen(), inTime))
                        .build());
    }

    private HeldConnection hold(Attempt attempt, ManagedHttpClientConnection connection, PodSockets socket) {
        HeldConnection made = attempt.hold(() -> connection.close(CloseMode.GRACEFUL));
        held.made(connection, made);
        socket.whenClosed(() -> held.closed(connection, made));
        return made;
    }
}
