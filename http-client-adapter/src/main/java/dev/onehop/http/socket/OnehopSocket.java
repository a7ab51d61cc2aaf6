package dev.onehop.http.socket;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A socket to one of a Service's pods, or to wherever the platform leads where the name is not ours. */
final class OnehopSocket extends LateSocket {

    /** How long Linux tries to connect where nobody says for how long ({@code tcp_syn_retries} = 6). */
    private static final Duration AS_LINUX = Duration.ofSeconds(127);

    private final Onehop onehop;
    private final boolean podSpeaksFirst;
    private volatile @Nullable Conversation conversation;

    OnehopSocket(Onehop onehop, boolean podSpeaksFirst) {
        this.onehop = onehop;
        this.podSpeaksFirst = podSpeaksFirst;
    }

    @Override
    protected void open(InetSocketAddress asked, int timeoutMillis) throws IOException {
        Optional<Balancer> ours = onehop.forHost(asked.getHostString(), asked.getPort());
        if (ours.isEmpty()) {
            InetSocketAddress to =
                    asked.isUnresolved() ? new InetSocketAddress(asked.getHostString(), asked.getPort()) : asked;
            dial(use(new Socket()), to, timeoutMillis);
            return;
        }
        Duration timeout = timeoutMillis == 0 ? AS_LINUX : Duration.ofMillis(timeoutMillis);
        conversation = ours.get().connect(timeout, this::talk);
        if (isClosed()) {
            ended();
        }
    }

    private Conversation talk(Attempt attempt, Duration timeout) throws IOException {
        try {
            // A pod is dialled directly, whatever SOCKS proxy the JVM has for addresses; the Service's own, as ever.
            Socket socket = use(attempt.fallback().isPresent() ? new Socket() : new Socket(Proxy.NO_PROXY));
            dial(socket, attempt.address(), (int) Math.min(Integer.MAX_VALUE, timeout.toMillis()));
            return new Conversation(attempt, podSpeaksFirst);
        } catch (IOException failure) {
            if (Thread.currentThread().isInterrupted()) {
                attempt.close(); // the pod has no part in it
                var interrupted = new InterruptedIOException("interrupted while connecting to " + attempt);
                interrupted.initCause(failure);
                throw interrupted;
            }
            if (isClosed()) {
                attempt.close();
            }
            throw failure;
        }
    }

    @Override
    protected InputStream input(Socket connected) throws IOException {
        Conversation now = conversation;
        InputStream in = connected.getInputStream();
        return now == null ? in : now.hearing(in, this);
    }

    @Override
    protected OutputStream output(Socket connected) throws IOException {
        Conversation now = conversation;
        OutputStream out = connected.getOutputStream();
        return now == null ? out : now.saying(out, this);
    }

    @Override
    protected void ended() {
        Conversation now = conversation;
        if (now != null) {
            now.ended();
        }
    }
}
