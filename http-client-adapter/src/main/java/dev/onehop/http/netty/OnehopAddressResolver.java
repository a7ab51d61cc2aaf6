package dev.onehop.http.netty;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.service.IpAddress;
import dev.onehop.service.Protocol;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The resolver of one event loop: pods for our names, another resolver for the rest. Waits for a Service's first view
 * without blocking the loop.
 *
 * <p>Shared: safe from any thread, as resolvers are.
 */
final class OnehopAddressResolver extends AbstractAddressResolver<InetSocketAddress> {

    /** How many pods a client that tries several gets: as many as Onehop itself would try. */
    private static final int SEVERAL = 3;

    private final Onehop onehop;
    private final Protocol protocol;
    private final AddressResolver<InetSocketAddress> others;

    OnehopAddressResolver(
            EventExecutor executor, Onehop onehop, Protocol protocol, AddressResolver<InetSocketAddress> others) {
        super(executor, InetSocketAddress.class);
        this.onehop = onehop;
        this.protocol = protocol;
        this.others = others;
    }

    /** A literal ClusterIP of a Service in use is resolved once more: to a pod. */
    @Override
    protected boolean doIsResolved(InetSocketAddress address) {
        return !address.isUnresolved() && balancer(address).isEmpty();
    }

    @Override
    protected void doResolve(InetSocketAddress asked, Promise<InetSocketAddress> promise) {
        resolve(asked, 1, promise, pods -> pods.get(0), rest -> others.resolve(rest));
    }

    @Override
    protected void doResolveAll(InetSocketAddress asked, Promise<List<InetSocketAddress>> promise) {
        resolve(asked, SEVERAL, promise, pods -> pods, rest -> others.resolveAll(rest));
    }

    private <R> void resolve(
            InetSocketAddress asked,
            int most,
            Promise<R> promise,
            Function<List<InetSocketAddress>, R> result,
            Function<InetSocketAddress, Future<R>> elsewhere) {
        Optional<Balancer> balancer = balancer(asked);
        if (balancer.isEmpty()) {
            pass(elsewhere.apply(asked), promise);
            return;
        }
        balancer.get().ready().whenComplete((known, never) -> {
            try {
                List<InetSocketAddress> pods = balancer.get().candidates(most);
                if (pods.isEmpty()) {
                    clusterIp(balancer.get(), asked, promise, result, elsewhere);
                } else {
                    promise.trySuccess(result.apply(named(asked, pods)));
                }
            } catch (Throwable unexpected) { // a stage would keep it to itself, and the promise would stay open
                promise.tryFailure(unexpected);
            }
        });
    }

    private Optional<Balancer> balancer(InetSocketAddress asked) {
        String host = asked.isUnresolved()
                ? asked.getHostString()
                : IpAddress.of(asked.getAddress()).toString();
        return onehop.forHost(host, asked.getPort(), protocol);
    }

    /** Nobody to pick: the Service's own address if that is what to use, else the reason why not. */
    private <R> void clusterIp(
            Balancer balancer,
            InetSocketAddress asked,
            Promise<R> promise,
            Function<List<InetSocketAddress>, R> result,
            Function<InetSocketAddress, Future<R>> elsewhere) {
        balancer.attemptAsync().whenComplete((attempt, failure) -> {
            if (attempt == null) {
                promise.tryFailure(cause(failure));
                return;
            }
            try (attempt) {
                if (attempt.address().isUnresolved() && asked.isUnresolved()) {
                    executor().execute(() -> passTo(elsewhere, asked, promise));
                } else {
                    promise.trySuccess(result.apply(named(asked, List.of(attempt.address()))));
                }
            } catch (Throwable unexpected) { // as above; an executor that has shut down, for one
                promise.tryFailure(unexpected);
            }
        });
    }

    /** The same addresses by the name that was asked for, whatever name of the Service that was. */
    private static List<InetSocketAddress> named(InetSocketAddress asked, List<InetSocketAddress> addresses) {
        return addresses.stream()
                .map(address -> new InetSocketAddress(
                        IpAddress.of(address.getAddress()).named(asked.getHostString()), address.getPort()))
                .toList();
    }

    private static <R> void passTo(
            Function<InetSocketAddress, Future<R>> elsewhere, InetSocketAddress asked, Promise<R> promise) {
        try {
            pass(elsewhere.apply(asked), promise);
        } catch (Throwable unexpected) {
            promise.tryFailure(unexpected);
        }
    }

    private static <R> void pass(Future<R> from, Promise<R> to) {
        from.addListener((FutureListener<R>) done -> {
            if (done.isSuccess()) {
                to.trySuccess(done.getNow());
            } else {
                to.tryFailure(done.cause());
            }
        });
    }

    private static Throwable cause(@Nullable Throwable failure) {
        if (failure == null) {
            return new IllegalStateException("neither an attempt nor a failure");
        }
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
