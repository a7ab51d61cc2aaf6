package dev.onehop.http.socket;

import dev.onehop.Onehop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets to pods, for every blocking client that takes a {@link SocketFactory}; each connect picks anew:
 *
 * <pre>{@code
 * Socket socket = OnehopSocketFactory.of(onehop).createSocket("orders-db.shop", 5432);
 * }</pre>
 *
 * <p>A socket connects to a pod when the host name (read without a lookup) or literal ClusterIP that it is given, with the
 * port, is a Service port of ours; else as {@code new Socket()} does. A pod that refuses, or does not answer within a
 * second while others are left, is followed by another, three in all, six while they refuse at once. All of it within the
 * timeout of {@link Socket#connect(java.net.SocketAddress, int)}; without one, within 127 s, as Linux tries by itself.
 * Closing the socket ends its connect at once, and so does, within a tenth of a second, interrupting the thread.
 *
 * <p>{@link Socket#getRemoteSocketAddress()} is the pod's. TLS is the client's to lay over it, as in {@code
 * SSLSocketFactory.createSocket(socket, "orders-db.shop", 5432, true)}: the certificate is then checked against the name
 * given there, and a handshake that fails is not tried elsewhere.
 *
 * <p>The pod's load counts the connection until it is closed. Closed after something was read, it has succeeded; reset, it
 * counts against the pod, unless it may have been the race of idle connections. It is never closed by Onehop: when its pod
 * leaves, only the client knows whether it is busy, so give pools a maximal lifetime.
 *
 * <p>Shared: safe from any thread.
 */
public final class OnehopSocketFactory extends SocketFactory {

    private final Onehop onehop;
    private final boolean podsSpeakFirst;

    private OnehopSocketFactory(Onehop onehop, boolean podsSpeakFirst) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
        this.podsSpeakFirst = podsSpeakFirst;
    }

    /** Sockets over {@code onehop}, which stays the caller's to close. */
    public static OnehopSocketFactory of(Onehop onehop) {
        return new OnehopSocketFactory(onehop, false);
    }

    /** The same for a protocol in which the server begins: one that ends a connection before that has failed. */
    OnehopSocketFactory wherePodsSpeakFirst() {
        return new OnehopSocketFactory(onehop, true);
    }

    /** Whether a socket to there goes to a pod, if there is one. */
    boolean serves(String host, int port) {
        return onehop.forHost(host, port).isPresent();
    }

    @Override
    public Socket createSocket() {
        return new OnehopSocket(onehop, podsSpeakFirst);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(InetSocketAddress.createUnresolved(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return connected(InetSocketAddress.createUnresolved(host, port), new InetSocketAddress(local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(local, localPort));
    }

    private Socket connected(InetSocketAddress to, @Nullable InetSocketAddress local) throws IOException {
        Socket socket = createSocket();
        try {
            if (local != null) {
                socket.bind(local);
            }
            socket.connect(to);
            return socket;
        } catch (IOException | RuntimeException | Error failure) {
            socket.close();
            throw failure;
        }
    }
}
