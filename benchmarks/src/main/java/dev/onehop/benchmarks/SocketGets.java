package dev.onehop.benchmarks;

import dev.onehop.Onehop;
import dev.onehop.http.socket.OnehopSocketFactory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.net.SocketFactory;

/**
 * The least that a blocking client is: GETs over a socket that each thread keeps. All answers are alike, which makes them
 * easy to read.
 */
final class SocketGets {

    private static final int HTTP_PORT = 80;
    private static final int HEAD_BYTES = 1024;
    private static final byte[] BLANK_LINE = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final InputStream answers;
    private final byte[] request;
    private final byte[] answer = new byte[HEAD_BYTES + PodServer.BODY_BYTES];

    private SocketGets(SocketFactory sockets, URI url) throws IOException {
        socket = sockets.createSocket(url.getHost(), url.getPort() < 0 ? HTTP_PORT : url.getPort());
        socket.setTcpNoDelay(true);
        answers = socket.getInputStream();
        request = ("GET / HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    static Supplier<CompletableFuture<byte[]>> of(Optional<Onehop> onehop, URI url) {
        SocketFactory sockets =
                onehop.<SocketFactory>map(OnehopSocketFactory::of).orElse(SocketFactory.getDefault());
        var ofThread = ThreadLocal.withInitial(() -> {
            try {
                return new SocketGets(sockets, url);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return AdapterClients.blocking(() -> ofThread.get().get());
    }

    private byte[] get() throws IOException {
        socket.getOutputStream().write(request);
        int end = Integer.MAX_VALUE;
        for (int length = 0; length < end; ) {
            int read = answers.read(answer, length, answer.length - length);
            if (read < 0) {
                throw new EOFException("closed");
            }
            length += read;
            if (end == Integer.MAX_VALUE) {
                end = endOf(length);
            }
        }
        return Arrays.copyOfRange(answer, end - PodServer.BODY_BYTES, end);
    }

    private int endOf(int length) {
        for (int i = 0; i + BLANK_LINE.length <= length; i++) {
            if (Arrays.equals(answer, i, i + BLANK_LINE.length, BLANK_LINE, 0, BLANK_LINE.length)) {
                return i + BLANK_LINE.length + PodServer.BODY_BYTES;
            }
        }
        return Integer.MAX_VALUE;
    }
}
