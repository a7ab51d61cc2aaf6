package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connect of the user's: channel after channel, all on one event loop, as core's failover has it, until one stands.
 * The first is registered before core is asked, as {@code Bootstrap} does: its pipeline tells how long a connect may take.
 *
 * <p>Serial: on its event loop, but for what core calls.
 */
final class PodConnect {

    private static final Duration FOREVER = Duration.ofDays(365);

    private final Bootstrap bootstrap;
    private final EventLoop loop;
    private final Balancer balancer;
    private final InetSocketAddress asked;
    private final Promise<Channel> promise;
    private @Nullable Channel waiting;
    private @Nullable PodDial dial;
    private @Nullable CompletableFuture<PodChannel> call;

    PodConnect(
            Bootstrap bootstrap, EventLoop loop, Balancer balancer, InetSocketAddress asked, Promise<Channel> promise) {
        this.bootstrap = bootstrap;
        this.loop = loop;
        this.balancer = balancer;
        this.asked = asked;
        this.promise = promise;
    }

    /** From any thread. */
    void begin() {
        promise.addListener(done -> {
            if (promise.isCancelled()) {
                cancelled();
            }
        });
        try {
            loop.execute(() -> register(this::registered, promise::tryFailure));
        } catch (RejectedExecutionException shutDown) {
            promise.tryFailure(shutDown);
        }
    }

    private void registered(Channel first) {
        if (promise.isDone()) {
            var unused = first.close();
            return;
        }
        if (ProxyInPipeline.of(first)) {
            names().resolved(
                            asked,
                            to -> Passing.on(
                                    first.connect(to, bootstrap.config().localAddress()), promise),
                            failure -> Passing.on(first.newFailedFuture(failure), promise));
            return;
        }
        waiting = first;
        first.closeFuture().addListener(closed -> {
            if (waiting == first) {
                abandon(new ClosedChannelException());
            }
        });
        CompletableFuture<PodChannel> begun = balancer.connectAsync(patience(first), this::dial);
        call = begun;
        if (promise.isDone()) { // by a first dial that has ended at once
            begun.cancel(false);
        }
        var unused = begun.whenComplete(this::ended);
    }

    private CompletionStage<PodChannel> dial(Attempt attempt, Duration timeout) {
        var outcome = new CompletableFuture<PodChannel>();
        try {
            // never in the call that tells of the dial before: after a few nested ones Netty tells promises later
            loop.execute(() -> takeTurn(attempt, timeout, outcome));
        } catch (RejectedExecutionException shutDown) {
            attempt.close();
            outcome.completeExceptionally(shutDown);
        }
        return outcome;
    }

    private void takeTurn(Attempt attempt, Duration timeout, CompletableFuture<PodChannel> outcome) {
        Channel first = waiting;
        waiting = null;
        if (first == null) {
            register(fresh -> dial(fresh, attempt, timeout, outcome), outcome::completeExceptionally);
        } else {
            dial(first, attempt, timeout, outcome);
        }
    }

    private void dial(Channel channel, Attempt attempt, Duration timeout, CompletableFuture<PodChannel> outcome) {
        if (promise.isDone() || !channel.isOpen()) {
            var unused = channel.close();
            attempt.close();
            abandon(new ClosedChannelException());
            return;
        }
        PodDial next = new PodDial(this, channel, attempt, outcome);
        dial = next;
        try {
            next.begin(asked, names(), bootstrap.config().localAddress(), timeout);
        } catch (RuntimeException unexpected) { // an executor that has shut down, for one
            next.failed(unexpected);
        }
    }

    /** The user has closed a channel of it: that ends it, and nobody is to blame. */
    void abandon(ClosedChannelException closed) {
        promise.tryFailure(closed);
        if (call != null) {
            call.cancel(false);
        }
    }

    private void cancelled() {
        if (call != null) {
            call.cancel(false);
        }
        closeWaiting();
        if (dial != null) {
            dial.cancel();
        }
    }

    private void ended(@Nullable PodChannel connected, @Nullable Throwable failure) {
        if (connected != null) {
            if (!promise.trySuccess(connected.channel())) {
                connected.close();
            }
            return;
        }
        try {
            loop.execute(this::closeWaiting);
        } catch (RejectedExecutionException shutDown) {
            // its channels are closed
        }
        promise.tryFailure(failure == null ? new IllegalStateException("neither a channel nor a failure") : failure);
    }

    private void closeWaiting() {
        Channel first = waiting;
        waiting = null;
        if (first != null) {
            var unused = first.close();
        }
    }

    /** Another channel, its pipeline made by the user's handler; a failure may be told on any thread. */
    private void register(Consumer<Channel> then, Consumer<Throwable> otherwise) {
        bootstrap.register().addListener((ChannelFutureListener) registered -> {
            if (!registered.isSuccess()) {
                otherwise.accept(registered.cause());
                return;
            }
            try {
                then.accept(registered.channel());
            } catch (
                    RuntimeException
                            unexpected) { // a listener would keep it to itself, and the promise would stay open
                var unused = registered.channel().close();
                otherwise.accept(unexpected);
            }
        });
    }

    private SocketNames names() {
        return new SocketNames(bootstrap.config().resolver(), loop);
    }

    /** How long the user would wait for one connection. */
    private static Duration patience(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        long connect = channel.config().getConnectTimeoutMillis();
        long handshake = tls == null ? 0 : tls.getHandshakeTimeoutMillis();
        boolean endless = connect <= 0 || (tls != null && handshake <= 0);
        return endless ? FOREVER : Duration.ofMillis(connect + handshake);
    }
}
