package dev.onehop.http.contract;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A pod on 127.0.0.1 that does with each request what a test says. What it ends, it ends in TLS alone: the socket stays
 * until the client closes it, or a reset might overtake the alert.
 *
 * <p>Shared: safe from any thread.
 */
public final class ScriptedTlsPod implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

    /** What happens to a request that has been read to its end, the handshake's {@code plain} socket at hand. */
    public interface Script {
        void on(SSLSocket tls, Socket plain) throws IOException;
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<ClientHello> hellos = new ConcurrentLinkedQueue<>();
    private final AtomicInteger executed = new AtomicInteger();
    private final SSLContext identity;
    private volatile boolean wantsCertificates;
    private volatile Script script = (tls, plain) -> answer(tls);

    /** One that answers everybody. */
    public ScriptedTlsPod(SSLContext identity) throws IOException {
        this.identity = identity;
        threads.execute(this::accept);
    }

    /** Does this with requests from now on. */
    public void doing(Script each) {
        script = each;
    }

    /** From now on it serves none but those who show a certificate it trusts, and its JDK trusts none of ours. */
    public void wantsCertificates() {
        wantsCertificates = true;
    }

    public static void answer(SSLSocket tls) throws IOException {
        tls.getOutputStream()
                .write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone".getBytes(StandardCharsets.US_ASCII));
        tls.getOutputStream().flush();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket plain = listener.accept();
                accepted.add(plain);
                threads.execute(() -> serve(plain));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket plain) {
        try (plain) {
            try {
                ClientHello hello = ClientHello.read(new DataInputStream(plain.getInputStream()));
                hellos.add(hello);
                serve(
                        (SSLSocket) identity.getSocketFactory()
                                .createSocket(plain, new ByteArrayInputStream(hello.bytes()), false),
                        plain);
            } catch (IOException asScripted) {
                // the client learns of it
            }
            plain.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // so be it
        }
    }

    private void serve(SSLSocket tls, Socket plain) throws IOException {
        tls.setUseClientMode(false);
        tls.setNeedClientAuth(wantsCertificates);
        if (wantsCertificates) { // refused before a request, whichever protocol that had been of
            tls.setHandshakeApplicationProtocolSelector((socket, offered) -> offered.contains("h2") ? "h2" : "");
        }
        tls.startHandshake();
        while (hasRequest(tls.getInputStream())) {
            executed.incrementAndGet();
            script.on(tls, plain);
        }
    }

    private static boolean hasRequest(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                return false;
            }
            head.append((char) read);
        }
        Matcher length = LENGTH.matcher(head);
        return !length.find()
                || in.readNBytes(Integer.parseInt(length.group(1))).length > 0
                || length.group(1).equals("0");
    }

    /** How many requests it has read to their end. */
    public int executed() {
        return executed.get();
    }

    /** How each TLS connection began. */
    List<ClientHello> hellos() {
        return List.copyOf(hellos);
    }

    public int accepts() {
        return accepted.size();
    }

    public int port() {
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
