package dev.onehop.http.vertx;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A pod that serves none but those who show a certificate, and ends the rest in TLS alone: the socket stays until the client
 * closes it, or a reset might overtake the alert.
 *
 * <p>Shared: safe from any thread.
 */
final class StrictTlsPod implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    private final SSLContext identity;

    StrictTlsPod(SSLContext identity) throws IOException {
        this.identity = identity;
        threads.execute(this::accept);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket plain = listener.accept();
                accepted.add(plain);
                threads.execute(() -> refuse(plain));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void refuse(Socket plain) {
        try (plain) {
            try {
                var tls = (SSLSocket) identity.getSocketFactory().createSocket(plain, null, false);
                tls.setUseClientMode(false);
                tls.setNeedClientAuth(true);
                tls.startHandshake();
            } catch (IOException asWanted) {
                // the client learns of it
            }
            plain.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // so be it
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : accepted) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
