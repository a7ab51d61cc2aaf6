package dev.onehop.faults;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A pod that speaks TLS: whoever gets through the handshake is told the pod's name. Without a certificate it accepts
 * connections and never says a word.
 *
 * <p>Shared: safe from any thread.
 */
final class TlsPod implements AutoCloseable {

    private final String name;
    private final ServerSocket listener;
    private final @Nullable SSLContext tls;
    private final Thread acceptor;
    private final AtomicInteger accepts = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    TlsPod(String name, @Nullable SSLContext tls) throws IOException {
        this.name = name;
        this.tls = tls;
        this.listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        acceptor = new Thread(this::accept, name);
        acceptor.setDaemon(true);
        acceptor.start();
    }

    String name() {
        return name;
    }

    /** How many connects there were. */
    int accepts() {
        return accepts.get();
    }

    /** How many of them got through the handshake. */
    int served() {
        return served.get();
    }

    /** A slice with this pod alone, which has a port of its own. */
    EndpointSlice slice(String uid) {
        return EndpointSlice.of(
                LoopbackPods.API,
                "slice-" + name,
                List.of(new SlicePort("http", Protocol.TCP, listener.getLocalPort())),
                List.of(Endpoint.builder("127.0.0.1")
                        .conditions(true, true, false)
                        .pod(name, uid)
                        .build()));
    }

    EndpointSlice slice() {
        return slice("uid-" + name);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                accepts.incrementAndGet();
                var talk = new Thread(() -> talk(socket), name + "-connection");
                talk.setDaemon(true);
                talk.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void talk(Socket socket) {
        if (tls == null) {
            return; // it stalls until the pod ends
        }
        try (socket;
                SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, 0, true)) {
            secure.setUseClientMode(false);
            secure.startHandshake();
            secure.getOutputStream().write((name + "\n").getBytes(StandardCharsets.US_ASCII));
            served.incrementAndGet();
        } catch (IOException refused) {
            // the client did not like the certificate
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            acceptor.join(5_000); // as long as it sits in accept, the kernel may still complete a connect
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : open) {
            socket.close();
        }
    }
}
