package dev.onehop.grpc;

import dev.onehop.ActiveProbe;
import dev.onehop.service.Printable;
import io.grpc.ChannelCredentials;
import io.grpc.Deadline;
import io.grpc.InsecureChannelCredentials;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a backend by the gRPC Health Checking Protocol, {@code grpc.health.v1.Health/Check}: well is {@code SERVING}, and
 * nothing else. Each check is one call over a connection of its own, dialled straight to the pod and closed when it ends;
 * it goes through no proxy. To be given to an active check:
 *
 * <pre>{@code
 * Onehop.builder().activeCheck(ActiveCheck.by(GrpcHealth.check("shop.Cart")))
 * }</pre>
 *
 * <p>A server that does not know the health service ({@code UNIMPLEMENTED}) counts as well, as gRPC's own clients take it
 * (gRFC A17), with one WARN: there is nothing to check then, and callers are served all the same. So does whatever answers
 * 404 over HTTP/2, which gRPC takes for the same.
 *
 * <p>The transport is the application's, {@code grpc-netty-shaded} or {@code grpc-netty}: this module brings none.
 *
 * <p>Shared: safe from any thread. Nothing here blocks.
 */
public final class GrpcHealth implements ActiveProbe {

    private static final Logger log = LoggerFactory.getLogger(GrpcHealth.class);

    private static final int LONGEST_NAME = 1_000;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.-]{1,253}");

    /** What a check leaves of its time, at most: so that what it found out is told before nobody waits for it any more. */
    private static final Duration MARGIN = Duration.ofMillis(50);

    /** Opens channels, which loads classes and selectors: not a thing to do on Onehop's thread. Gone after an idle second. */
    private static final Executor THREAD = thread();

    private final String service;
    private final @Nullable String serverName;
    private final PodChannels channels;
    private final AtomicBoolean toldOfNoHealthService = new AtomicBoolean();

    private GrpcHealth(String service, ChannelCredentials credentials, @Nullable String serverName) {
        this.service = service;
        this.serverName = serverName;
        this.channels = new PodChannels(credentials, serverName);
    }

    /** The server as a whole: the empty service name. In plaintext, with {@code service.namespace} as authority. */
    public static GrpcHealth check() {
        return check("");
    }

    /**
     * One gRPC service of the server. In plaintext, with {@code service.namespace} as authority.
     *
     * @param service its full name, {@code shop.Cart} say; a server that does not know it is not well. Empty: the server
     * @throws IllegalArgumentException when it cannot be a name
     * @throws RuntimeException when there is no gRPC transport on the class path
     */
    public static GrpcHealth check(String service) {
        if (service.length() > LONGEST_NAME || !Printable.of(service).equals(service)) {
            throw new IllegalArgumentException("service: '" + Printable.of(service)
                    + "' (expected: at most 1,000 printable characters, shop.Cart say)");
        }
        return new GrpcHealth(service, InsecureChannelCredentials.create(), null);
    }

    /**
     * The same over TLS. A certificate for the pod's address is not enough.
     *
     * @param credentials whom we trust, and our own certificate where one is asked for; {@code
     *     io.grpc.TlsChannelCredentials}, say
     * @param serverName SNI, authority, and the name the pod's certificate must have: the one that clients use
     * @throws IllegalArgumentException when the credentials are plaintext's, or the name is no host name
     * @throws RuntimeException when the transport does not know such credentials
     */
    public GrpcHealth overTls(ChannelCredentials credentials, String serverName) {
        Objects.requireNonNull(serverName, "serverName");
        if (Objects.requireNonNull(credentials, "credentials") instanceof InsecureChannelCredentials) {
            throw new IllegalArgumentException("credentials: plaintext (expected: TlsChannelCredentials, say)");
        }
        if (!HOST.matcher(serverName).matches()) {
            throw new IllegalArgumentException("serverName: '" + Printable.of(serverName)
                    + "' (expected: a host name without a port, api-service.shop say)");
        }
        return new GrpcHealth(service, credentials, serverName);
    }

    @Override
    public CompletionStage<?> probe(InetSocketAddress backend, Duration timeout) {
        Duration tenth = timeout.dividedBy(10);
        Duration margin = tenth.compareTo(MARGIN) < 0 ? tenth : MARGIN;
        var answer = new CompletableFuture<HealthStatus>();
        THREAD.execute(() -> {
            try {
                // from here on: time in our own queue says nothing about the pod
                Deadline deadline = Deadline.after(timeout.minus(margin).toNanos(), TimeUnit.NANOSECONDS);
                HealthCall.begin(channels.open(backend), service, deadline, answer);
            } catch (RuntimeException | Error e) { // an Error too: somebody waits for the end
                answer.completeExceptionally(e);
            }
        });
        return answer.thenAccept(status -> {
            if (status == HealthStatus.UNIMPLEMENTED && toldOfNoHealthService.compareAndSet(false, true)) {
                log.warn(
                        "{} of {}:{} does not implement grpc.health.v1.Health: it and all others like it count as well,"
                                + " unchecked (add the health service to the server, or take the check away)",
                        backend.getHostString(),
                        backend.getAddress().getHostAddress(),
                        backend.getPort());
            }
        });
    }

    private static Executor thread() {
        var one = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            var thread = new Thread(work, "onehop-grpc-check");
            thread.setDaemon(true);
            return thread;
        });
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    @Override
    public String toString() {
        return "grpc health" + (service.isEmpty() ? "" : " " + service)
                + (serverName == null ? "" : " over tls " + serverName);
    }
}
