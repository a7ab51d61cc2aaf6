package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.http.socket.LateSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * OkHttp's raw socket. To a Service it goes to a pod, and on to another while the connection does not stand: that is until
 * TLS is agreed on, or something else is written.
 *
 * <p>Shared: safe from any thread, as {@link Socket} is.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket that is asked has locks of its own
final class PodSocket extends LateSocket {

    /** How long Linux tries to connect where nobody says for how long ({@code tcp_syn_retries} = 6). */
    private static final Duration AS_LINUX = Duration.ofSeconds(127);

    private final Onehop onehop;
    private final PodSockets sockets;
    private final Object standing = new Object();
    private volatile @Nullable Dials dials;
    private volatile @Nullable HeldConnection held;
    private volatile boolean answered;
    private volatile boolean closedByOnehop;
    private volatile @Nullable Runnable last;

    PodSocket(Onehop onehop, PodSockets sockets) {
        this.onehop = onehop;
        this.sockets = sockets;
    }

    @Override
    protected void open(InetSocketAddress asked, int timeoutMillis) throws IOException {
        Optional<Balancer> ours = onehop.forHost(asked.getHostString(), asked.getPort());
        if (ours.isEmpty()) {
            plainly(asked, timeoutMillis);
            return;
        }
        var failover = new Dials(ours.get(), timeoutMillis == 0 ? AS_LINUX : Duration.ofMillis(timeoutMillis));
        dials = failover;
        if (isClosed()) {
            failover.cancel();
        }
        dial(failover);
    }

    /** Whether it goes to a Service, and so is balanced. */
    boolean isOurs() {
        return dials != null;
    }

    /** Whether it goes to a Service, and may still go to another pod. */
    boolean mayGoOn() {
        return isOurs() && held == null;
    }

    /** Whether an exchange was answered on it before. */
    boolean wasAnswered() {
        return answered;
    }

    /** An exchange was answered. */
    void answered() {
        if (!answered) {
            answered = true;
        }
    }

    /** Runs {@code task} when the connection is closed, before Onehop forgets it. */
    void whenClosed(Runnable task) {
        last = task;
        if (isClosed()) {
            task.run();
        }
    }

    /** The socket that is connected to the pod. */
    Socket dialled() {
        return present();
    }

    /** What is left of the present dial's time. */
    int leftMillis() {
        return Objects.requireNonNull(dials).current().leftMillis();
    }

    /** TLS could not be agreed on: connects to another pod, or throws what the caller is to know. */
    void goOn(IOException failure) throws IOException {
        var failover = Objects.requireNonNull(dials);
        if (isClosed()) {
            throw failure;
        }
        failover.failed(failure);
        dial(failover);
    }

    /** The connection stands: Onehop knows of it from now on. Idempotent. */
    void stands() {
        if (held != null) {
            return;
        }
        synchronized (standing) {
            if (held != null) {
                return;
            }
            var failover = Objects.requireNonNull(dials);
            held = failover.current().attempt().hold(this::closeRetired);
            failover.connected();
            if (isClosed()) {
                held.gone();
            }
        }
    }

    /** Closes it because it is retired, whoever may be about to use it. */
    void closeRetired() {
        closedByOnehop = true;
        try {
            close();
        } catch (IOException unused) {
            // it is closed
        }
    }

    /** Whether Onehop closed it, which OkHttp may not have noticed. */
    boolean isClosedByOnehop() {
        return closedByOnehop;
    }

    /**
     * OkHttp sets it on a pooled connection that it has just found healthy, before an exchange can begin. That it was closed
     * in between is for {@link #begin} to say, after which the call begins again.
     */
    @Override
    public void setSoTimeout(int millis) throws SocketException {
        try {
            if (held == null) {
                super.setSoTimeout(millis);
            } else {
                dialled().setSoTimeout(millis); // goes to no other, which would have to be told: that costs each call
            }
        } catch (SocketException closed) {
            if (!closedByOnehop) {
                throw closed;
            }
        }
    }

    /** Takes it for an exchange; null where it is to take none. */
    @Nullable Attempt begin() {
        stands();
        return Objects.requireNonNull(held).begin().orElse(null);
    }

    /** As {@link #begin}, for an exchange that cannot go elsewhere; null where it is closed. */
    @Nullable Attempt beginAnyway() {
        return Objects.requireNonNull(held).beginAnyway().orElse(null);
    }

    private void dial(Dials failover) throws IOException {
        while (true) {
            Dials.Dial dial = failover.next();
            try {
                if (dial.attempt().fallback().isPresent()) {
                    plainly(dial.attempt().address(), dial.leftMillis());
                } else {
                    dial(use(sockets.direct()), dial.attempt().address(), dial.leftMillis());
                }
                return;
            } catch (IOException | RuntimeException failure) {
                if (Thread.currentThread().isInterrupted()) {
                    failover.cancel(); // the pod has no part in it
                    throw (IOException) new InterruptedIOException("interrupted while connecting").initCause(failure);
                }
                if (isClosed()) {
                    throw failure;
                }
                failover.failed(failure);
            }
        }
    }

    /** As without Onehop, but that all addresses of a name are tried here. */
    private void plainly(InetSocketAddress asked, int timeoutMillis) throws IOException {
        IOException last = new UnknownHostException(asked.getHostString());
        for (InetSocketAddress each : sockets.resolved(asked)) {
            try {
                dial(use(sockets.plain()), each, timeoutMillis);
                return;
            } catch (IOException failure) {
                last = failure;
            }
            if (isClosed()) {
                break;
            }
        }
        throw last;
    }

    @Override
    protected InputStream input(Socket connected) throws IOException {
        return SocketStreams.of(this, connected.getInputStream());
    }

    /** TLS shakes hands over what is dialled: who writes here has nothing to agree on, and the connection stands. */
    @Override
    protected OutputStream output(Socket connected) throws IOException {
        return SocketStreams.of(this, connected.getOutputStream(), () -> {
            if (mayGoOn()) {
                stands();
            }
        });
    }

    @Override
    protected void ended() {
        Runnable task = last;
        if (task != null) {
            task.run();
        }
        Dials failover = dials;
        synchronized (standing) {
            if (held != null) {
                held.gone();
            }
        }
        if (failover != null) {
            failover.cancel();
        }
    }
}
