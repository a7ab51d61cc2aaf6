package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.util.List;
import javax.net.SocketFactory;
import okhttp3.Dns;

/**
 * Sockets that find their pod when OkHttp connects them.
 *
 * <p>Shared: safe from any thread.
 */
final class PodSockets extends SocketFactory {

    private final Onehop onehop;
    private final SocketFactory others;
    private final Dns dns;

    /**
     * @param others makes every socket there is in the end
     * @param dns resolves what is not for Onehop to say
     */
    PodSockets(Onehop onehop, SocketFactory others, Dns dns) {
        this.onehop = onehop;
        this.others = others;
        this.dns = dns;
    }

    /** The one method that OkHttp calls. */
    @Override
    public Socket createSocket() {
        return new PodSocket(onehop, this);
    }

    /** A socket that goes to a pod: directly, whatever SOCKS proxy the JVM has for addresses. */
    Socket direct() throws IOException {
        return others == SocketFactory.getDefault() ? new Socket(Proxy.NO_PROXY) : others.createSocket();
    }

    /** A socket as the client's own. */
    Socket plain() throws IOException {
        return others.createSocket();
    }

    /** Where to connect to without Onehop: all addresses of a name, or the address itself. */
    List<InetSocketAddress> resolved(InetSocketAddress address) throws IOException {
        if (!address.isUnresolved() && !Placeholder.is(address.getAddress())) {
            return List.of(address);
        }
        return dns.lookup(address.getHostString()).stream()
                .map(each -> new InetSocketAddress(each, address.getPort()))
                .toList();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(createSocket(), InetSocketAddress.createUnresolved(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(createSocket(), new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        Socket socket = createSocket();
        socket.bind(new InetSocketAddress(local, localPort));
        return connected(socket, InetSocketAddress.createUnresolved(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        Socket socket = createSocket();
        socket.bind(new InetSocketAddress(local, localPort));
        return connected(socket, new InetSocketAddress(host, port));
    }

    private static Socket connected(Socket socket, InetSocketAddress to) throws IOException {
        socket.connect(to);
        return socket;
    }
}
