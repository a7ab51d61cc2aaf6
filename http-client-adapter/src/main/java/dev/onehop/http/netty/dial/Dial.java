package dev.onehop.http.netty.dial;

import dev.onehop.Attempt;
import dev.onehop.service.IpAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One channel's turn in a {@link PodCall}: the connect, and the TLS handshake if there is one. The client hears of a
 * connection when both stand, and of a failure in either as of a failed connect, upon which it takes another channel.
 *
 * <p>Serial: on its channel's event loop, but for what core calls.
 */
final class Dial implements PodCall.Turn {

    /** A handshake that is given less time says nothing of the backend when it is not done in time. */
    private static final Duration FAIR_HANDSHAKE = Duration.ofMillis(300);

    private final ChannelHandlerContext ctx;
    private final InetSocketAddress asked;
    private final PodCall call;
    private final @Nullable SocketAddress local;
    private final ChannelPromise promise;
    private final Names names;
    private final DialHandler.Made made;
    private final Patience patience;
    private final @Nullable SslHandler tls;
    private @Nullable Attempt attempt;
    private @Nullable CompletableFuture<AutoCloseable> outcome;
    private @Nullable Future<?> timer;
    private boolean connected;
    private boolean over;

    Dial(
            ChannelHandlerContext ctx,
            PodTurn turn,
            @Nullable SocketAddress local,
            ChannelPromise promise,
            Names names,
            DialHandler.Made made,
            Patience patience) {
        this.ctx = ctx;
        this.asked = turn.asked();
        this.call = turn.call();
        this.local = local;
        this.promise = promise;
        this.names = names;
        this.made = made;
        this.patience = patience;
        this.tls = ctx.pipeline().get(SslHandler.class);
    }

    void begin() {
        if (tls != null) {
            String name = ctx.pipeline().context(tls).name();
            ctx.pipeline().addAfter(name, "onehop.handshake", new HandshakeGate(this));
        }
        call.next(patience.of(ctx.channel(), tls), this);
    }

    @Override
    public void dial(Attempt attempt, Duration timeout, CompletableFuture<AutoCloseable> outcome) {
        try {
            inLoop(() -> {
                if (over || !ctx.channel().isOpen()) {
                    attempt.close();
                    promise.tryFailure(new ClosedChannelException());
                    return;
                }
                this.attempt = attempt;
                this.outcome = outcome;
                timer = ctx.executor().schedule(() -> late(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
                connect(attempt.address());
            });
        } catch (RejectedExecutionException shutDown) {
            attempt.close();
        }
    }

    @Override
    public void refuse(Throwable failure) {
        try {
            inLoop(() -> {
                over = true;
                promise.tryFailure(failure);
            });
        } catch (RejectedExecutionException shutDown) {
            promise.tryFailure(failure);
        }
    }

    /** Whether a TLS handshake belongs to it. */
    boolean isSecured() {
        return tls != null;
    }

    /** The TLS handshake has ended. */
    void handshaken(@Nullable Throwable failure) {
        if (failure == null) {
            established();
        } else {
            failed(broken(failure));
        }
    }

    /** However it broke: nothing of a request was sent. */
    private static SSLHandshakeException broken(Throwable failure) {
        if (failure instanceof SSLHandshakeException own) {
            return own;
        }
        var broken = new SSLHandshakeException("TLS handshake: " + failure.getMessage());
        broken.initCause(failure);
        return broken;
    }

    /** The client closes the channel: if that ends the dial, then not by the backend's fault. */
    void abandon() {
        if (!over) {
            over = true;
            end();
            if (attempt != null) {
                attempt.close();
            }
        }
    }

    private void connect(InetSocketAddress address) {
        if (!address.isUnresolved()) {
            String name = asked.getHostString();
            InetSocketAddress named =
                    new InetSocketAddress(IpAddress.of(address.getAddress()).named(name), address.getPort());
            dialled(named);
            return;
        }
        AddressResolver<SocketAddress> resolver = names.on(ctx.executor());
        resolver.resolve(address).addListener((FutureListener<SocketAddress>) resolved -> {
            if (resolved.isSuccess()) {
                inLoop(() -> dialled(resolved.getNow()));
            } else {
                inLoop(() -> failed(resolved.cause()));
            }
        });
    }

    private void dialled(SocketAddress address) {
        if (over) {
            return;
        }
        ctx.connect(address, local, ctx.newPromise()).addListener(done -> {
            connected = done.isSuccess();
            if (!connected) {
                failed(done.cause());
            } else if (tls == null) {
                established();
            }
        });
    }

    private void late(Duration timeout) {
        String what = "within " + timeout.toMillis() + " ms: " + attempt;
        if (connected && attempt != null && timeout.compareTo(FAIR_HANDSHAKE) < 0) {
            attempt.close();
        }
        failed(
                connected
                        ? new SSLHandshakeException("no TLS handshake " + what)
                        : new ConnectTimeoutException("connection timed out " + what));
    }

    private void established() {
        if (over || attempt == null || outcome == null) {
            return;
        }
        over = true;
        end();
        outcome.complete(made.by(attempt, ctx.channel()));
        ctx.pipeline().remove(ctx.handler());
        if (!promise.trySuccess()) {
            var unused = ctx.channel().close();
        }
    }

    private void failed(Throwable cause) {
        if (over || attempt == null || outcome == null) {
            return;
        }
        if (!connected && cause instanceof ClosedChannelException) {
            abandon(); // closed by our side
        } else {
            over = true;
            end();
            attempt.failed(cause);
            call.failed(outcome, cause);
        }
        promise.tryFailure(cause);
    }

    /** Whether the dial has failed, so that nobody is to hear of its channel any more. */
    boolean hasFailed() {
        return promise.isDone() && !promise.isSuccess();
    }

    private void end() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void inLoop(Runnable step) {
        if (ctx.executor().inEventLoop()) {
            step.run();
        } else {
            ctx.executor().execute(step);
        }
    }
}
