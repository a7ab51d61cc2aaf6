package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.service.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One channel's dial: the connect, and the TLS handshake if there is one. It ends once: it stands, has failed, or was
 * given up by the user.
 *
 * <p>Serial: on its channel's event loop.
 */
final class PodDial {

    private final PodConnect connect;
    private final Channel channel;
    private final Attempt attempt;
    private final CompletableFuture<PodChannel> outcome;
    private final @Nullable SslHandler tls;
    private @Nullable Future<?> timer;
    private boolean connected;
    private boolean over;

    PodDial(PodConnect connect, Channel channel, Attempt attempt, CompletableFuture<PodChannel> outcome) {
        this.connect = connect;
        this.channel = channel;
        this.attempt = attempt;
        this.outcome = outcome;
        this.tls = channel.pipeline().get(SslHandler.class);
    }

    void begin(InetSocketAddress asked, SocketNames names, @Nullable SocketAddress local, Duration timeout) {
        if (tls != null) {
            channel.pipeline().addAfter(channel.pipeline().context(tls).name(), "onehop.gate", new HandshakeGate(this));
        }
        timer = channel.eventLoop().schedule(() -> late(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
        InetSocketAddress address = attempt.address();
        if (address.isUnresolved()) {
            names.resolved(address, resolved -> dial(resolved, local), this::failed);
        } else {
            dial(
                    new InetSocketAddress(
                            IpAddress.of(address.getAddress()).named(asked.getHostString()), address.getPort()),
                    local);
        }
    }

    private void dial(SocketAddress address, @Nullable SocketAddress local) {
        if (over) {
            return;
        }
        ChannelPromise dialled = channel.newPromise();
        dialled.addListener(
                done -> { // before it can be done: then Netty tells it before the channel is active
                    connected = done.isSuccess();
                    if (connected) {
                        if (tls == null) {
                            established();
                        }
                    } else if (done.cause() instanceof ClosedChannelException) {
                        abandon(); // nobody but our side closes what is not connected
                    } else {
                        failed(done.cause());
                    }
                });
        var unused = channel.connect(address, local, dialled);
    }

    /** The TLS handshake has succeeded. Returns whether the channel stands: the dial may be over by then. */
    boolean handshaken() {
        return established();
    }

    /** The TLS handshake has failed. */
    void notHandshaken(Throwable failure) {
        if (channel.eventLoop().isShuttingDown()) {
            abandon(); // it closes all its channels
        } else {
            failed(broken(failure));
        }
    }

    /** The user closes the channel: if that ends the dial, then not by the backend's fault. */
    void abandon() {
        if (end()) {
            attempt.close();
            connect.abandon(new ClosedChannelException());
        }
    }

    /** Nobody waits for it any more. */
    void cancel() {
        if (end()) {
            attempt.close();
            var unused = channel.close();
        }
    }

    private boolean established() {
        if (!channel.isActive()) {
            abandon();
        } else if (end()) {
            outcome.complete(PodChannel.of(attempt, channel, tls));
            return true;
        }
        return false;
    }

    /** It ends so, and core tries another pod where that may help. */
    void failed(Throwable cause) {
        if (end()) {
            var unused = channel.close();
            outcome.completeExceptionally(cause);
        }
    }

    private void late(Duration timeout) {
        String what = "within " + timeout.toMillis() + " ms: " + attempt;
        failed(
                connected
                        ? new SSLHandshakeException("no TLS handshake " + what)
                        : new ConnectTimeoutException("connection timed out " + what));
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

    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (timer != null) {
            timer.cancel(false);
        }
        return true;
    }
}
