package dev.onehop.http.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Socket} that decides where it goes when it is connected, and may dial several times for it. For adapters of
 * clients that take a {@code SocketFactory}.
 *
 * <p>The name to connect to is read with {@link InetSocketAddress#getHostString()}, so nothing is looked up on the way:
 * resolved and unresolved addresses are the same to it. Once connected, every address it tells is that of the connection.
 *
 * <p>Shared: safe from any thread, as {@link Socket} is. Closing it ends a connect under way.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // closing does not wait for a connect: it ends it
public abstract class LateSocket extends ForwardingSocket {

    private final Object lock = new Object();
    private final SocketSettings settings = new SocketSettings();
    private volatile @Nullable Socket inner;
    private volatile boolean connected;
    private volatile boolean closed;

    /** A socket that is to be connected. */
    protected LateSocket() {}

    /**
     * Connects: dials sockets that it has shown to {@link #use}, of which the last stays.
     *
     * @param asked as the client gave it
     * @param timeoutMillis 0 for no limit, as in {@link Socket#connect(SocketAddress, int)}
     * @throws IOException where nobody could be connected to; this socket is then closed
     */
    protected abstract void open(InetSocketAddress asked, int timeoutMillis) throws IOException;

    /** Called once, when the socket is closed by whomever; what is open on behalf of it is to be ended. */
    protected abstract void ended();

    /** The stream from the connected socket. */
    protected abstract InputStream input(Socket connected) throws IOException;

    /** The stream to the connected socket. */
    protected abstract OutputStream output(Socket connected) throws IOException;

    /**
     * Takes a socket that is about to be dialled in place of the one before, which is closed. It gets what was set on this
     * one, and is closed with it.
     *
     * @throws SocketException when this one is closed
     */
    protected final Socket use(Socket next) throws IOException {
        Socket before;
        synchronized (lock) {
            before = inner;
            inner = next;
        }
        if (before != null) {
            before.close();
        }
        if (closed) {
            next.close();
            throw new SocketException("Socket closed");
        }
        synchronized (lock) {
            settings.applyTo(next);
        }
        return next;
    }

    /** Dials what {@link #use} has taken. A failed dial closes it, which Java's sockets do not all do. */
    protected final void dial(Socket used, InetSocketAddress to, int timeoutMillis) throws IOException {
        Interruption watch = Interruption.closing(used);
        try {
            used.connect(to, timeoutMillis);
        } catch (IOException | RuntimeException failure) {
            used.close();
            throw failure;
        } finally {
            watch.over();
        }
    }

    /** The socket that {@link #use} took last. */
    protected final Socket present() {
        return asked();
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        if (!(endpoint instanceof InetSocketAddress asked)) {
            throw new IllegalArgumentException("endpoint: " + endpoint + " (expected: an InetSocketAddress)");
        }
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: at least 0)");
        }
        if (closed) {
            throw new SocketException("Socket is closed");
        }
        if (connected) {
            throw new SocketException("already connected");
        }
        try {
            open(asked, timeout);
        } catch (IOException | RuntimeException | Error failure) {
            close();
            throw failure;
        }
        connected = true;
        if (closed) {
            throw new SocketException("Socket closed");
        }
    }

    @Override
    Socket asked() {
        Socket now = inner;
        if (now != null) {
            return now;
        }
        synchronized (lock) {
            if (inner == null) {
                var defaults = new Socket(Proxy.NO_PROXY);
                try {
                    settings.applyTo(defaults);
                } catch (IOException refused) {
                    // it is asked for what it has instead
                }
                inner = defaults;
            }
            return inner;
        }
    }

    @Override
    void set(String name, SocketSettings.Setting setting) throws IOException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
        synchronized (lock) {
            Socket now = inner;
            if (now != null) {
                setting.on(now);
            }
            settings.record(name, setting);
        }
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        synchronized (lock) {
            settings.record(
                    "performance", socket -> socket.setPerformancePreferences(connectionTime, latency, bandwidth));
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return input(whileOpen());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return output(whileOpen());
    }

    /** The connected socket. */
    private Socket whileOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
        if (!connected) {
            throw new SocketException("Socket is not connected");
        }
        return asked();
    }

    @Override
    public void close() throws IOException {
        Socket now;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            now = inner;
        }
        try {
            if (now != null) {
                now.close();
            }
        } finally {
            ended();
        }
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** The connection, or what there is of it. */
    @Override
    public String toString() {
        return connected ? String.valueOf(inner) : "Socket[unconnected]";
    }
}
