package dev.onehop.http.reactor;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.http.netty.dial.Names;
import dev.onehop.http.netty.dial.PodCall;
import dev.onehop.http.netty.dial.PodTurn;
import dev.onehop.service.IpAddress;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Resolves a Service's name to turns of one {@link PodCall}, which pick their pods when they are dialled, and everything
 * else by the client's own resolver.
 *
 * <p>Shared: safe from any thread.
 */
final class PodResolverGroup extends AddressResolverGroup<SocketAddress> {

    /** As many turns as core dials at most, and one that tells the caller how all of them failed. */
    private static final int TURNS = 7;

    private final Onehop onehop;
    private final Names others;

    PodResolverGroup(Onehop onehop, AddressResolverGroup<?> others) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
        this.others = new Names(others);
    }

    /** The client's own resolver. */
    Names others() {
        return others;
    }

    @Override
    protected AddressResolver<SocketAddress> newResolver(EventExecutor executor) {
        return new Resolver(executor, others.on(executor));
    }

    private Optional<Balancer> balancer(SocketAddress asked) {
        if (!(asked instanceof InetSocketAddress address)) {
            return Optional.empty();
        }
        String host = address.isUnresolved()
                ? address.getHostString()
                : IpAddress.of(address.getAddress()).toString();
        return onehop.forHost(host, address.getPort());
    }

    /** One event loop's. */
    private final class Resolver extends AbstractAddressResolver<SocketAddress> {

        private final AddressResolver<SocketAddress> elsewhere;

        Resolver(EventExecutor executor, AddressResolver<SocketAddress> elsewhere) {
            super(executor, SocketAddress.class);
            this.elsewhere = elsewhere;
        }

        /** A literal ClusterIP of a Service in use is resolved once more: to a pod. */
        @Override
        protected boolean doIsResolved(SocketAddress address) {
            return (!elsewhere.isSupported(address) || elsewhere.isResolved(address))
                    && !(address instanceof InetSocketAddress inet && inet.isUnresolved())
                    && balancer(address).isEmpty();
        }

        @Override
        protected void doResolve(SocketAddress asked, Promise<SocketAddress> promise) {
            Optional<Balancer> balancer = balancer(asked);
            if (balancer.isPresent()) {
                promise.trySuccess(turn(balancer.get(), asked));
            } else {
                pass(elsewhere.resolve(asked), promise);
            }
        }

        @Override
        protected void doResolveAll(SocketAddress asked, Promise<List<SocketAddress>> promise) {
            Optional<Balancer> balancer = balancer(asked);
            if (balancer.isPresent()) {
                promise.trySuccess(Collections.nCopies(TURNS, turn(balancer.get(), asked)));
            } else {
                pass(elsewhere.resolveAll(asked), promise);
            }
        }

        private SocketAddress turn(Balancer balancer, SocketAddress asked) {
            var call = new PodCall(balancer);
            return new PodTurn((InetSocketAddress) asked, () -> call);
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
}
