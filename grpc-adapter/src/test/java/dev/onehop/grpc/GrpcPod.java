package dev.onehop.grpc;

import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real gRPC server on a loopback address.
 *
 * <p>Shared: safe from any thread.
 */
final class GrpcPod implements AutoCloseable {

    private static final String SERVICE = "api-service.shop";

    private final Queue<String> authorities = new ConcurrentLinkedQueue<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final InetAddress ip;
    private final Server server;

    private GrpcPod(InetSocketAddress address, ServerCredentials credentials, List<BindableService> services)
            throws IOException {
        var builder = NettyServerBuilder.forAddress(address, credentials)
                .addTransportFilter(new Connections())
                .intercept(new Authorities());
        services.forEach(builder::addService);
        ip = address.getAddress();
        server = builder.build().start();
    }

    /** In plaintext, on any free port. */
    static GrpcPod start(BindableService... services) throws IOException {
        return start(InsecureServerCredentials.create(), services);
    }

    static GrpcPod start(ServerCredentials credentials, BindableService... services) throws IOException {
        return new GrpcPod(at("127.71.0.1", 0), credentials, List.of(services));
    }

    static GrpcPod start(String ip, int port, BindableService... services) throws IOException {
        return new GrpcPod(at(ip, port), InsecureServerCredentials.create(), List.of(services));
    }

    /** As Onehop gives it: the pod's address with the Service's name. */
    InetSocketAddress address() {
        return at(ip.getHostAddress(), server.getPort());
    }

    /** The same for any address. */
    static InetSocketAddress at(String ip, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(SERVICE, InetAddress.getByName(ip).getAddress()), port);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return server.getPort();
    }

    /** The {@code :authority} of each call so far. */
    List<String> authorities() {
        return List.copyOf(authorities);
    }

    /** How many connections were made so far. */
    int opened() {
        return opened.get();
    }

    /** How many connections are open now. */
    int open() {
        return open.get();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the server did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private final class Connections extends ServerTransportFilter {
        @Override
        public Attributes transportReady(Attributes attributes) {
            opened.incrementAndGet();
            open.incrementAndGet();
            return attributes;
        }

        @Override
        public void transportTerminated(Attributes attributes) {
            open.decrementAndGet();
        }
    }

    private final class Authorities implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            authorities.add(String.valueOf(call.getAuthority()));
            return next.startCall(call, headers);
        }
    }
}
