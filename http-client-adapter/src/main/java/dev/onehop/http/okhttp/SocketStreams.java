package dev.onehop.http.okhttp;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * Streams of a socket that is laid over another: closing them closes it, as is any socket's way.
 *
 * <p>Shared: as safe as what they are laid over.
 */
final class SocketStreams {

    private SocketStreams() {}

    static InputStream of(Socket socket, InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /** @param first is run before each write */
    static OutputStream of(Socket socket, OutputStream bytes, Runnable first) {
        return new FilterOutputStream(bytes) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                first.run();
                out.write(bytes, from, length);
            }

            @Override
            public void write(int octet) throws IOException {
                first.run();
                out.write(octet);
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }
}
